"""The browser tests: real Chromium against a real server, as agent, attendant, manager and citizen."""
