import asyncio
import time


async def handler(data):
    # blocks the loop that it runs in
    time.sleep(data.get("block", 0))
    await asyncio.sleep(0)
    return "done"
