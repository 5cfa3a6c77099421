"""What people are told when something is wrong."""
import re
import signal
import socket
import subprocess

from stage import check, expect, until


def one_clear_line(stage, status, text, codes, want=1):
    expect(status == want, f"exit status {status}, want {want}: {text}")
    expect(len(set(codes)) == 1, f"codes {codes}: {text}")
    expect("Traceback" not in text and "Fatal error" not in text, text)
    return codes[0]


@check("a bad authtoken gets a code, and status 1")
def _(stage):
    return one_clear_line(
        stage, *stage.refused("portico", "http", "80", *stage.agent_arguments(token="definitely-not-a-token"))
    )


@check("a taken URL gets a code, and status 1")
def _(stage):
    agent, host = stage.agent("agent-first")
    try:
        return one_clear_line(
            stage, *stage.refused("portico", "http", "80", *stage.agent_arguments("--url", f"https://{host}"))
        )
    finally:
        agent.end()


@check("an unreachable edge gets a code")
def _(stage):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    arguments = stage.agent_arguments(server=f"localhost:{port}")
    agent = stage.run("agent-unreachable", "portico", "http", "80", *arguments)
    code, _ = until(30, "a code is shown", lambda: re.search(r"ERR_(NGROK|PORTICO)_\d+", agent.text()))
    agent.end(signal.SIGKILL)
    return code[0]


@check("a wrong CA gets a code")
def _(stage):
    wrong = stage.home / "wrong-ca.pem"
    subprocess.run(
        ["openssl", "req", "-new", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", "/dev/null", "-out", str(wrong), "-days", "1", "-subj", "/CN=someone else"],
        check=True, stderr=subprocess.DEVNULL,
    )
    agent = stage.run("agent-wrong-ca", "portico", "http", "80", *stage.agent_arguments(ca=wrong))
    code, _ = until(30, "a code is shown", lambda: re.search(r"ERR_(NGROK|PORTICO)_\d+", agent.text()))
    agent.end(signal.SIGKILL)
    return code[0]


@check("an unreachable service is 502 with a code for the visitor")
def _(stage):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    agent, host = stage.agent("agent-no-service", upstream=port)
    status, _, page = stage.get(host)
    agent.end()
    # The page is the agent's; the edge takes the code field from whatever comes from behind it.
    code = re.search(rb"ERR_(?:NGROK|PORTICO)_8012", page)
    expect(status == 502 and code, f"answered {status} {page[:200]}")
    return code[0].decode()


@check("a wrong configuration key gets its place, a suggestion and a code, and status 1")
def _(stage):
    path = stage.home / "wrong.yml"
    path.write_text("base_domain: portico.localhost\nlistners:\n  http: [\":8080\"]\n")
    status, text, codes = stage.refused("portico-edge", "serve", "--config", str(path))
    expect("listeners" in text, f"no suggestion: {text}")
    expect(re.search(r"\b2:1\b|line 2", text), f"no place: {text}")
    return one_clear_line(stage, status, text, codes)
