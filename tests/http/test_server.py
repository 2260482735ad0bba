import aiohttp
import pytest

from bot.http.server import CannotListen, Server


async def fetch(address):
    async with aiohttp.ClientSession() as web, web.get(address + "/healthz") as response:
        return response.status, await response.json()


async def test_health_is_ok_while_every_check_is():
    async def health():
        return {"database": "ok", "slack": "ok"}

    server = Server("127.0.0.1", 0, health)
    await server.start()
    try:
        expected = {"status": "ok", "checks": {"database": "ok", "slack": "ok"}}
        assert await fetch(server.address) == (200, expected)
    finally:
        await server.stop()


async def test_health_says_what_is_wrong():
    async def health():
        return {"database": "read-only"}

    server = Server("127.0.0.1", 0, health)
    await server.start()
    try:
        status, body = await fetch(server.address)
        assert (status, body["status"]) == (503, "failing")
    finally:
        await server.stop()


async def test_a_check_that_breaks_is_a_failing_check():
    async def health():
        raise OSError("disk gone")

    server = Server("127.0.0.1", 0, health)
    await server.start()
    try:
        expected = {"status": "failing", "checks": {"parley": "the check failed: OSError"}}
        assert await fetch(server.address) == (503, expected)
    finally:
        await server.stop()


async def test_a_port_in_use_is_told_with_what_to_do():
    async def health():
        return {}

    first = Server("127.0.0.1", 0, health)
    await first.start()
    port = int(first.address.rsplit(":", 1)[1])
    second = Server("127.0.0.1", port, health)
    try:
        with pytest.raises(CannotListen) as caught:
            await second.start()
        assert f"Port {port}" in caught.value.sentence
        assert "PARLEY_HTTP_PORT" in caught.value.sentence
    finally:
        await first.stop()


async def test_a_host_that_is_not_ours_is_told_by_its_variable():
    async def health():
        return {}

    with pytest.raises(CannotListen) as caught:
        await Server("192.0.2.1", 0, health).start()
    assert "PARLEY_HTTP_HOST" in caught.value.sentence
