"""What a driver claims: each is shown as it is checked, and `finish` ends with `N passed, N failed`."""
import sys

counts = {True: 0, False: 0}


def claim(what, holds, detail=""):
    """Shows whether it holds, and `detail` where it does not."""
    holds = bool(holds)
    counts[holds] += 1
    print(f"ok   {what}" if holds else f"FAIL {what}\n    {str(detail)[:2500]}")
    sys.stdout.flush()


def finish():
    """The last call: the closing line, and the exit status that says the same."""
    print(f"{counts[True]} passed, {counts[False]} failed")
    sys.exit(1 if counts[False] else 0)
