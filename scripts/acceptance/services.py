"""What stands behind agents where Python is too slow."""
import socket


def fast_service(stage, more=""):
    """nginx with an answer of 1 KiB, so that the service is not what is measured; `more` is of its configuration."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    folder = stage.home / "nginx"
    folder.mkdir(exist_ok=True)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {folder}/{kind}; " for kind in kinds)
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;\n"
        "events { worker_connections 4096; }\n"
        f"http {{ access_log off; {paths} keepalive_requests 1000000000;\n"
        f"  server {{ listen 127.0.0.1:{port}; {more} location / {{ return 200 '{'x' * 1024}'; }} }} }}\n"
    )
    return stage.run_command("nginx", "nginx", "-c", str(configuration), "-p", str(folder)), port
