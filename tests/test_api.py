"""x"""
import pytest
from tests.web import Caller, Visitor
pytestmark = pytest.mark.database
def test_x(app, clock, keys):
    v = Visitor(app, "agent.2101")
    print(v.get("/desk").status_code)
    c = Caller(app, keys("agent.2101"))
    r = c.post("/api/v1/tickets", json={"description":"楼前垃圾没有清理","lon":123.385,"lat":41.775,"caller_phone":"13800138000"})
    print(r.status_code, r.text)
    n=r.json["number"]
    for p in ("", "/timeline","/deadlines","/similar"):
        r=c.get(f"/api/v1/tickets/{n}{p}"); print(r.status_code, r.text[:1500])
    print([ (p, Caller(app).get(p).status_code) for p in ("/login","/tickets","/track")])
    assert 0
