"""Takes pictures of the built pages in Chromium: light and dark, wide and narrow.

mkdocs build --strict && python -m tools.screenshots docs/pictures
"""

import asyncio
import io
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

from PIL import Image
from tests.servers.browser import chromium

ROOT = Path(__file__).parent.parent
PAGES = {
    "home": "",
    "tutorial": "tutorial/login/",
    "errors": "reference/error-table/",
    "reference": "reference/orders/",
}
WIDTHS = {"wide": (1280, 800), "narrow": (390, 780)}
TAKEN: tuple[tuple[Literal["light", "dark"], str], ...] = (
    ("light", "wide"),
    ("dark", "narrow"),
)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


async def take(url: str, folder: Path) -> None:
    """One file for each page, scheme and width; a page wider than the screen is an error."""
    async with chromium() as browser:
        for scheme, width in TAKEN:
            across, down = WIDTHS[width]
            context = await browser.new_context(
                color_scheme=scheme, viewport={"width": across, "height": down}, device_scale_factor=1
            )
            page = await context.new_page()
            for name, path in PAGES.items():
                await page.goto(f"{url}/{path}")
                spilt = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
                assert spilt <= 0, f"{name} is {spilt} px too wide on a {width} screen"
                picture = Image.open(io.BytesIO(await page.screenshot()))
                picture.save(folder / f"{name}-{scheme}-{width}.webp", quality=50, method=6)
            await context.close()


def main() -> None:
    """The command line."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(ROOT / "site")))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    asyncio.run(take(f"http://127.0.0.1:{server.server_address[1]}", folder))
    server.shutdown()


if __name__ == "__main__":
    main()
