#!/usr/bin/env python3
"""Signs messages as Amazon SNS does, with a key that is thrown away, and prints them with the certificate as JSON.

Uses openssl for the key, the certificate and the signatures. Run: python3 make-sns.py > sns.json
"""
import base64, json, os, subprocess, sys, tempfile

TIME = "2027-01-01T00:00:00.000Z"
NOW = 1_798_761_600_000
folder = tempfile.mkdtemp()
run = lambda *command, text=None: subprocess.run(command, input=text, cwd=folder, check=True, capture_output=True).stdout
run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem",
    "-subj", "/CN=sns.amazonaws.com", "-days", "36500")


def sign(message):
    names = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    text = "".join(f"{name}\n{message[name]}\n" for name in names if name in message).encode()
    digest = "-sha1" if message["SignatureVersion"] == "1" else "-sha256"
    message["Signature"] = base64.b64encode(run("openssl", "dgst", digest, "-sign", "key.pem", text=text)).decode()
    return json.dumps(message, ensure_ascii=False)


def message(kind, version, **more):
    return sign({
        "Type": kind, "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": "arn:aws:sns:us-west-2:123456789012:MyTopic", "Message": "Hello\nWörld!", "Timestamp": TIME,
        "SignatureVersion": version,
        "SigningCertURL": "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-f3ecfb7224c7233fe7bb5f59f96de52f.pem",
        **more})


print(json.dumps({
    "certificate": open(os.path.join(folder, "cert.pem")).read(),
    "now": NOW,
    "messages": [
        message("Notification", "1", Subject="My First Message", UnsubscribeURL="https://sns.us-west-2.amazonaws.com/?u"),
        message("Notification", "2"),
        message("SubscriptionConfirmation", "1", Token="2336412f37", SubscribeURL="https://sns.us-west-2.amazonaws.com/?a"),
        message("UnsubscribeConfirmation", "2", Token="2336412f37", SubscribeURL="https://sns.us-west-2.amazonaws.com/?a"),
    ],
}, indent=1, ensure_ascii=False))
