"""Signing in with an identity provider (oidc-provider-mock of PyPI): who was invited, who has a group that the operator
has named, and who has neither."""
import json
import urllib.request

import chromium
from claims import claim
from driver import *

PEOPLE = {
    "sam": {"email": "sam@harbor.example", "email_verified": True, "name": "Sam Invited"},
    "ola": {"email": "ola@harbor.example", "email_verified": True, "name": "Ola Operator", "groups": ["staff", "ops"]},
    "eve": {"email": "eve@elsewhere.example", "email_verified": True, "name": "Eve"},
    "dan": {"email": "sam@harbor.example", "email_verified": True, "name": "Another Sam"},
    "una": {"email": "operator@portico.localhost", "email_verified": False, "name": "Una Proven"},
}


def know(subject, claims):
    request = urllib.request.Request(f"{provider}/users/{subject}", json.dumps(claims).encode(), {"Content-Type": "application/json"}, method="PUT")
    urllib.request.urlopen(request, timeout=10).read()


async def come(page, subject, answer="button[type=submit]:not([name])"):
    """From the sign-in page to whatever comes after the provider."""
    await go(page, "/sign-in?next=/members")
    await submit(page, "main form a.btn", f"location.origin == '{provider}'")
    await page.value(f"document.querySelector('input[name=sub]').value = '{subject}'")
    await submit(page, answer, f"location.origin == '{WEB}' && document.querySelector('h1')")


async def fresh(subject, answer="button[type=submit]:not([name])"):
    """What a browser of its own shows at the end, and where it is."""
    async with chromium.page(program, "--ignore-certificate-errors") as page:
        await page.look(width=1600, height=1000)
        await come(page, subject, answer)
        return await page.value("location.pathname"), await text(page)


async def sign_in(owner):
    for subject, claims in PEOPLE.items():
        know(subject, claims)
    await go(owner, "/members/new")
    await fill(owner, email=PEOPLE["sam"]["email"])
    await submit(owner)

    where, seen = await fresh("eve")
    claim("who nobody has invited stays outside, with a code", where.startswith("/sign-in") and "ERR_PORTICO_100714" in seen, (where, seen))
    where, seen = await fresh("sam", "button[name=action][value=deny]")
    # This provider sends no state back with its refusal, so that it is not known whose it is.
    claim("who does not agree at the provider stays outside", where.startswith("/sign-in") and "ERR_PORTICO_3120" in seen, (where, seen))
    where, seen = await fresh("una")
    claim("an address that the provider has not verified lets nobody in", where.startswith("/sign-in") and "ERR_PORTICO_3109" in seen, (where, seen))

    async with chromium.page(program, "--ignore-certificate-errors") as page:
        await page.look(width=1600, height=1000)
        await go(page, "/sign-in")
        claim("the sign-in page leads to the provider", "Sign in with Harbor ID" in await text(page), await text(page))
        await pictures(page, "sign-in-provider")
        await come(page, "sam")
        where, seen = await page.value("location.pathname"), await text(page)
        claim("who was invited is in, where they wanted to go", where == "/members" and PEOPLE["sam"]["email"] in seen, (where, seen))
        claim("with the role of the invitation", await page.value("!!document.querySelector('.head button[disabled]')"), seen)
        claim("and the invitation is used up", "Withdraw" not in seen or "sam@harbor.example developer" not in seen, seen)
        # The provider's own pages look for a style sheet and an icon that are not there.
        complaints = [one for one in page.complaints() if provider not in one and "pico.min.css" not in one]
        claim("the console is silent behind the provider", not complaints, complaints)
        await go(page, "/sign-in/provider/callback?code=stolen&state=stolen")
        claim("what comes back without a sign-in lets nobody in", "ERR_PORTICO_3121" in await text(page), await text(page))
        page.events.clear()

    where, seen = await fresh("dan")
    claim("another person with that address is not taken for the first", where.startswith("/sign-in") and "ERR_PORTICO_100700" in seen, (where, seen))
    where, seen = await fresh("ola")
    claim("a group that is named makes a member, with its role", where == "/members" and PEOPLE["ola"]["email"] in seen and "Invite a member" in seen, (where, seen))
    await go(owner, "/audit")
    seen = await text(owner)
    claim("who came by the provider stands in the audit log", "User created" in seen and "ola@harbor.example" in seen, seen)
