"""Draws the icons of phones from the design's own SVG, with Debian's Chromium: python scripts/icons.py.

The picture fills the square (a phone cuts its own corners), and what must be seen lies in the inner four fifths.
"""

from pathlib import Path

from playwright.sync_api import sync_playwright

ICONS = Path(__file__).resolve().parents[1] / "app" / "static" / "icons"
SIZES = (192, 512)
PAGE = """<style>body{{margin:0;background:#0a5c73;display:grid;place-items:center;height:100vh}}
svg{{width:80vw;height:80vw}}</style>{svg}"""


def main() -> None:
    svg = (ICONS / "hotline.svg").read_text("utf-8")
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for size in SIZES:
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(PAGE.format(svg=svg))
            page.screenshot(path=ICONS / f"hotline-{size}.png")
        browser.close()


if __name__ == "__main__":
    main()
