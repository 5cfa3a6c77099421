#!/usr/bin/env python3
"""What people do at the dashboard, done by headless Chromium: the story of an owner's first day, signing in with an identity
provider, and then every other page.
Pictures of all of them in light and dark, on a phone, a tablet and a wide screen are left behind, each page is looked at
for what is hard to use, and the console must stay silent. Ends with `N passed, N failed`.

usage: scripts/dashboard PORT DOOR_PATH HTTPS_PORT AGENT_PORT CA PORTICO CHROMIUM FOLDER SERVICE_PORT PROVIDER
"""
import asyncio

import driver
import chromium
import pages
import single_sign_on
import story
from claims import finish


async def main():
    driver.folder.mkdir(parents=True, exist_ok=True)
    driver.serve()
    agents = []
    try:
        async with chromium.page(driver.program, "--ignore-certificate-errors") as page:
            link = await story.day(page, agents)
            await single_sign_on.sign_in(page)
            await pages.every(page, link)
    finally:
        for agent in agents:
            agent.terminate()
            agent.wait(20)


asyncio.run(main())
finish()
