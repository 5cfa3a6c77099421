"""Every page that the story does not come by: each kind of resource, settings, search, keys, and the second user."""
import chromium
from claims import claim
from driver import *


async def settings(page):
    await go(page, "/settings")
    await pictures(page, "settings")
    await page.click(".who")
    await page.until("document.querySelector('#account').matches(':popover-open')")
    await pictures(page, "account-menu")
    await submit(page, "#account button[value=dark]")
    claim("a theme is kept", await page.value("document.documentElement.dataset.theme") == "dark")
    await page.click(".who")
    await submit(page, "#account button[name=theme][value='']")


async def search(page):
    await go(page, "/search?q=basement")
    claim("search finds what it is called", "basement NAS" in await text(page), await text(page))
    await pictures(page, "search")
    for words, wanted in (("orders", "GET /orders"), ("ines", "operator@portico.localhost"), ("usage", "Usage"), ("gate.portico", "https://gate")):
        await go(page, f"/search?q={words}")
        claim(f"search finds {words}", wanted in await text(page), await text(page))
    await go(page, "/search?q=nothing-has-this")
    await pictures(page, "search-none")
    await go(page, "/nothing")
    page.events.clear()
    claim("a page that is not there says so", "ERR_PORTICO_100708" in await text(page), await text(page))
    await pictures(page, "error")


async def resources(page):
    """Every other kind: its empty list, its form, one of it, and the question before it is deleted."""
    made = {
        "domains": {"domain": "shop.harbor.example", "description": "the shop"},
        "tcp-addresses": {"description": "SSH of the build server"},
        "ip-policies": {"description": "the office"},
        "vaults": {"name": "payments", "description": "of the payment provider"},
        "service-users": {"name": "ci"},
        "connect-urls": {"domain": "connect.harbor.example", "description": "for the plants"},
        "api-keys": {"description": "terraform"},
        "event-destinations": {"description": "log store", "target": '{"debug": {"log": true}}'},
        "log-exporting": {"description": "requests into the log store"},
        "tls-certs": None, "tls-cert-authorities": None, "ssh-keys": None, "ip-restrictions": None,
    }
    for path, form in made.items():
        await go(page, f"/{path}")
        await pictures(page, f"{path}-empty")
        await go(page, f"/{path}/new")
        await pictures(page, f"{path}-new")
        if form is None:
            continue
        await fill(page, **form)
        if path == "log-exporting":
            await page.value("document.querySelector('[name=destination_ids] option').selected = true")
        await submit(page)
        seen = await text(page)
        claim(f"{path}: one is made", "Not saved" not in seen and "ERR_" not in seen, seen)
        await go(page, f"/{path}")
        await pictures(page, path)
        if await page.value("!!document.querySelector('tbody td.main a')"):
            await submit(page, "tbody td.main a")
            await pictures(page, f"{path}-one")
            await go(page, await page.value("location.pathname") + "/delete")
            await pictures(page, f"{path}-delete")
    for path in ("kubernetes-operators", "traffic-identities", "usage"):
        await go(page, f"/{path}")
        await pictures(page, path)
    await go(page, "/ip-policies")
    await submit(page, "tbody td.main a")
    await submit(page, "a[href^='/ip-policy-rules/new']")
    await fill(page, cidr="192.0.2.0/33")
    await submit(page)
    claim("what is wrong with a form is said in its place", await page.value("!!document.querySelector('#cidr[aria-invalid]')")
          or "Not saved" in await text(page), await text(page))
    page.events.clear()
    await pictures(page, "rule-refused")
    await fill(page, cidr="192.0.2.0/24")
    await submit(page)
    claim("a rule is made", "Allow 192.0.2.0/24" in await text(page), await text(page))
    await go(page, "/vaults")
    await submit(page, "tbody td.main a")
    await submit(page, "a[href^='/secrets/new']")
    await fill(page, name="api-key", value="s3cret-of-payments")
    await submit(page)
    claim("a secret is made, and not shown", "s3cret-of-payments" not in await page.value("document.documentElement.outerHTML")
          and "secrets.get('payments', 'api-key')" in await text(page), await text(page))
    await pictures(page, "secret")


async def keyboard(page):
    await go(page, "/")
    await page.press("Tab")
    claim("the first key leads past the navigation", await page.value("document.activeElement.className") == "skip")
    await page.press("Enter")
    await page.value("document.activeElement.blur()")
    for key in "ge":
        await page.press(key)
    claim("g e leads to the endpoints", await page.until("location.pathname == '/endpoints' && document.readyState == 'complete'"))
    await page.until("document.querySelectorAll('tbody td.main a').length > 0")
    await page.press("j")
    claim("j goes to the first row", await page.value("document.activeElement.matches('tbody td.main a')"))
    await page.press("Enter")
    claim("Enter opens it", await page.until("location.pathname.startsWith('/endpoints/ep_')"))
    await page.until("document.readyState == 'complete'")
    await page.press("?")
    claim("? lists the keys", await page.until("document.querySelector('dialog[open]')"))
    await pictures(page, "keys")
    await page.press("Escape")
    claim("Escape closes it", await page.until("!document.querySelector('dialog[open]')"))


async def second_user(link):
    async with chromium.page(program, "--ignore-certificate-errors") as page:
        await page.look(width=1600, height=1000)
        await go(page, link)
        await fill(page, name="Dev", password=PASSWORD, again=PASSWORD)
        await submit(page)
        claim("who was invited is in", "Setup and install" in await text(page), await text(page))
        await go(page, "/members")
        claim("a developer cannot invite", await page.value("!!document.querySelector('.head button[disabled]')"), await text(page))
        await pictures(page, "members-developer")
        complaints = page.complaints()
        claim("the console of the second user is silent", not complaints, complaints)


async def every(page, link):
    await settings(page)
    await resources(page)
    await search(page)
    await keyboard(page)
    await second_user(link)
