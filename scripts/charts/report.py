"""Counts what holds."""
import contextlib
import traceback

passed = failed = 0


@contextlib.contextmanager
def case(name):
    """One claim: it holds unless something is raised."""
    global passed, failed
    try:
        yield
        passed += 1
        print(f"ok   {name}")
    except Exception as error:  # whatever is wrong with one claim, the others are looked at
        failed += 1
        print(f"FAIL {name}: {error}")
        if not isinstance(error, AssertionError):
            traceback.print_exc()


def expect(found, wanted, what=""):
    assert found == wanted, f"{what} is {found!r}, not {wanted!r}"


def close():
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0
