#!/usr/bin/env python3
"""Signs one request for each provider of webhooks, as the provider's documentation tells it, and prints them as JSON.

Knows nothing of the code under test. Run: python3 make.py > requests.json
"""
import base64, hashlib, hmac, json

NOW = 1_700_000_000  # 2023-11-14T22:13:20Z
BODY = '{"event":"paid","amount":4200,"name":"Zoë"}'
URL = "https://hooks.example.com/in%2Fbox?a=1&b=two%20words"
SECRET = "correct horse battery staple"
REQUESTS = []


def mac(digest, key, *parts):
    key = key if isinstance(key, bytes) else key.encode()
    code = hmac.new(key, digestmod=digest)
    for part in parts:
        code.update(part if isinstance(part, bytes) else part.encode())
    return code.digest()


def b64(data):
    return base64.b64encode(data).decode()


def add(provider, headers, signature, *, secret=SECRET, other="another secret", body=BODY, method="POST", url=URL, now=NOW * 1000,
        tolerance=None, needed=None, coversBody=True, note=""):
    """`other`: a secret of the same form that is not the right one. `signature`: the text of the signature, which stands somewhere in the request. `needed`: the fields without which
    it is refused. `tolerance`: in seconds, where the time is signed."""
    REQUESTS.append(dict(
        provider=provider, secret=secret, otherSecret=other, now=now, method=method, url=url, headers=[list(h) for h in headers],
        body=body, signature=signature, needed=[h[0] for h in headers] if needed is None else needed,
        tolerance=tolerance, coversBody=coversBody, note=note))


def body_hex(provider, header, prefix="", digest="sha256"):
    code = mac(digest, SECRET, BODY).hex()
    add(provider, [(header, prefix + code)], code)


def body_b64(provider, header, prefix="", digest="sha256"):
    code = b64(mac(digest, SECRET, BODY))
    add(provider, [(header, prefix + code)], code)


def timed(provider, header, name="v1", tolerance=180):
    code = mac("sha256", SECRET, f"{NOW}.", BODY).hex()
    add(provider, [(header, f"t={NOW},{name}={code}")], code, tolerance=tolerance)


def versioned(provider, version, header, time_header, tolerance=180):
    code = mac("sha256", SECRET, f"{version}:{NOW}:", BODY).hex()
    add(provider, [(header, f"{version}={code}"), (time_header, str(NOW))], code, tolerance=tolerance)



def svix(provider, name):
    secret = "whsec_" + b64(b"twenty-four bytes of key")
    code = b64(mac("sha256", b"twenty-four bytes of key", f"msg_1.{NOW}.", BODY))
    add(provider, [(f"{name}-id", "msg_1"), (f"{name}-timestamp", str(NOW)),
                   (f"{name}-signature", f"v1a,notThis= v1,{b64(bytes(32))} v1,{code}")], code,
        secret=secret, other="whsec_" + b64(b"other key"), tolerance=300)

body_b64("aftership", "aftership-hmac-sha256")
for name in ["am-webhook-signature", "as-signature-hmac-sha256"]:
    code = b64(mac("sha256", SECRET, BODY))
    add("aftership", [(name, code)], code, needed=[])
for method, body in [("POST", BODY), ("GET", "")]:
    code = mac("sha256", SECRET, f"{NOW}:", body).hex()
    add("airship", [("X-UA-SIGNATURE", code), ("X-UA-TIMESTAMP", str(NOW))], code, method=method, body=body, tolerance=180)
body_hex("alchemy", "X-Alchemy-Signature")
body_hex("autodesk", "x-adsk-signature", "sha1hash=", "sha1")
body_hex("bitbucket", "X-Hub-Signature", "sha256=")
body_b64("bolt", "X-Bolt-Hmac-Sha256")
body_b64("castle", "X-Castle-Signature")
body_hex("chargify", "X-Chargify-Webhook-Signature-Hmac-Sha-256")
add("chargify", [("X-Chargify-Webhook-Signature-Hmac-Sha-256",
                  "19826d51b9f866b26eda1f154de192593360f8d0bcb63df8a28540a5dcf733f1")],
    "19826d51b9f866b26eda1f154de192593360f8d0bcb63df8a28540a5dcf733f1",
    secret="123", body="payload[chargify]=testing&event=test", note="the example of docs.chargify.com, Webhooks")
code = mac("sha256", SECRET, BODY).hex()
add("circleci", [("circleci-signature", f"v0=00ff,v1={code},v2=00")], code)
body_hex("clearbit", "X-Request-Signature", "sha1=", "sha1")
body_hex("coinbase", "X-CC-Webhook-Signature")
code = b64(mac("sha256", SECRET, BODY))
add("docusign", [("X-DocuSign-Signature-1", b64(bytes(32))), ("X-DocuSign-Signature-2", code)], code, needed=[])
body_b64("docusign", "X-DocuSign-Signature-1")
body_hex("dropbox", "X-Dropbox-Signature")
for name in ["facebook_graph_api", "facebook_messenger", "instagram", "whatsapp"]:
    body_hex(name, "X-Hub-Signature-256", "sha256=")
    code = mac("sha1", SECRET, BODY).hex()
    add(name, [("X-Hub-Signature", "sha1=" + code)], code, needed=[], note="SHA-1 where there is no SHA-256")
body_hex("github", "X-Hub-Signature-256", "sha256=")
add("github", [("X-Hub-Signature-256",
                "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")],
    "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    secret="It's a Secret to Everybody", body="Hello, World!",
    note="the example of docs.github.com, Validating webhook deliveries")
add("gitlab", [("X-Gitlab-Token", SECRET)], SECRET, coversBody=False)
body_hex("intercom", "X-Hub-Signature", "sha1=", "sha1")
body_hex("jira", "X-Hub-Signature", "sha256=")
body_hex("launch_darkly", "X-LD-Signature")
token = b64(b"thirty-two bytes of a shared key")
code = b64(mac("sha256", b"thirty-two bytes of a shared key", BODY))
add("microsoft_teams", [("Authorization", "HMAC " + code)], code, secret=token, other=b64(b"other key"))
body_hex("modern_treasury", "X-Signature")
body_b64("mongodb", "X-MMS-Signature", digest="sha1")
code = mac("sha256", SECRET, BODY).hex()
add("pagerduty", [("X-PagerDuty-Signature", f"v1={bytes(32).hex()},v1={code}")], code)
body_hex("pusher", "X-Pusher-Signature")
body_hex("sentry", "Sentry-Hook-Signature")
body_b64("shopify", "X-Shopify-Hmac-Sha256")
body_hex("signal_sciences", "X-SigSci-Signature")
body_hex("sonatype", "X-Nexus-Webhook-Signature", digest="sha1")
body_hex("terraform", "X-TFE-Notification-Signature", digest="sha512")
body_hex("trendmicro_conformity", "X-Conformity-Signature")
body_b64("typeform", "Typeform-Signature", "sha256=")
body_hex("webex", "X-Spark-Signature", digest="sha1")
for field in ["primary", "secondary"]:
    code = b64(mac("sha256", SECRET, BODY, "2023-11-14T15:13:20-07:00"))
    add("box", [(f"BOX-SIGNATURE-{field.upper()}", code), ("BOX-DELIVERY-TIMESTAMP", "2023-11-14T15:13:20-07:00")],
        code, tolerance=600, needed=["BOX-DELIVERY-TIMESTAMP"])
add("box", [("box-delivery-timestamp", "2020-01-01T00:00:00-07:00"), ("box-signature-algorithm", "HmacSHA256"),
            ("box-signature-primary", "6TfeAW3A1PASkgboxxA5yqHNKOwFyMWuEXny/FPD5hI="),
            ("box-signature-version", "1")],
    "6TfeAW3A1PASkgboxxA5yqHNKOwFyMWuEXny/FPD5hI=", secret="SamplePrimaryKey", now=1577862000_000, tolerance=600,
    needed=["box-delivery-timestamp", "box-signature-primary"],
    body='{"type":"webhook_event","webhook":{"id":"1234567890"},"trigger":"FILE.UPLOADED","source":{"id":"1234567890",'
         '"type":"file","name":"Test.txt"}}',
    note="the example of developer.box.com, Signature Verification")
code = mac("sha256", SECRET, f"{NOW}.", BODY).hex()
add("buildkite", [("X-Buildkite-Signature", f"timestamp={NOW},signature={code}")], code, tolerance=180)
add("buildkite", [("X-Buildkite-Token", SECRET)], SECRET, coversBody=False, needed=[])
timed("calendly", "Calendly-Webhook-Signature")
svix("clerk", "svix")
versioned("frameio", "v0", "X-Frameio-Signature", "X-Frameio-Request-Timestamp", 300)
timed("go1", "Go1-Signature")
timed("mux", "Mux-Signature", tolerance=300)
for time in ["2023-11-14T22:13:20Z", "2023-11-14T22:13:20.000"]:
    code = mac("sha256", SECRET, f"v1:{time}:", BODY).hex()
    add("orb", [("X-Orb-Signature", f"v0=00 v1={code}"), ("X-Orb-Timestamp", time)], code, tolerance=300)
versioned("pinwheel", "v2", "x-pinwheel-signature", "x-timestamp")
versioned("slack", "v0", "X-Slack-Signature", "X-Slack-Request-Timestamp", 300)
add("slack", [("X-Slack-Signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"),
              ("X-Slack-Request-Timestamp", "1531420618")],
    "a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503", now=1531420618_000, tolerance=300,
    secret="8f742231b10e8888abcd99yyyzzz85a5",
    body="token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
         "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
         "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
         "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
    note="the example of api.slack.com, Verifying requests from Slack")
timed("stripe", "Stripe-Signature", tolerance=300)
add("stripe", [("Stripe-Signature", f"t={NOW},v1={bytes(32).hex()},v1={mac('sha256', SECRET, f'{NOW}.', BODY).hex()},"
                f"v0={bytes(32).hex()}")],
    mac("sha256", SECRET, f"{NOW}.", BODY).hex(), tolerance=300, note="two signatures while secrets are changed")
svix("svix", "svix")
code = b64(mac("sha256", b"twenty-four bytes of key", f"msg_1.{NOW}.", BODY))
add("svix", [("webhook-id", "msg_1"), ("webhook-timestamp", str(NOW)), ("webhook-signature", f"v1,{code}")], code,
    secret=b64(b"twenty-four bytes of key"), other=b64(b"other key"), tolerance=300, needed=["webhook-id", "webhook-timestamp"],
    note="fields without the brand, a secret without its prefix")
timed("tiktok", "TikTok-Signature", "s")
code = b64(mac("sha256", SECRET, "2023-11-14T22:13:20Z", BODY))
add("zendesk", [("X-Zendesk-Webhook-Signature", code),
                ("X-Zendesk-Webhook-Signature-Timestamp", "2023-11-14T22:13:20Z")], code, tolerance=180)


# --- those that sign otherwise

from urllib.parse import quote, urlencode, parse_qsl, urlsplit

FORM = ("content-type", "application/x-www-form-urlencoded; charset=utf-8")


def contentful():
    names = sorted(["x-contentful-timestamp", "x-contentful-signed-headers", "x-contentful-topic"])
    values = {"x-contentful-timestamp": str(NOW * 1000), "x-contentful-signed-headers": ",".join(names),
              "x-contentful-topic": "ContentManagement.Entry.save"}
    # encodeURI escapes a percent sign once more, and the query was escaped before.
    path = quote("/in%2Fbox?" + quote("a=1&b=two%20words", safe="-_.!~*'()"), safe=";/?:@&=+$,#-_.!~*'()")
    text = "\n".join(["POST", path, ";".join(f"{n}:{values[n]}" for n in names), BODY])
    code = mac("sha256", SECRET, text).hex()
    add("contentful", [("X-Contentful-Signature", code)] + [(n, values[n]) for n in names], code, tolerance=30)


contentful()
text = json.dumps({"Body": BODY + "\n\t\x01", "EnvironmentName": "master", "TimeStamp": NOW * 1000},
                  separators=(",", ":"), ensure_ascii=False)
code = b64(mac("sha256", SECRET, text))
add("graphcms", [("gcms-signature", f"sign={code}, env=master, t={NOW * 1000}")], code, body=BODY + "\n\t\x01",
    tolerance=180)
code = b64(mac("sha256", SECRET, "POST" + URL, BODY, str(NOW * 1000)))
add("hubspot", [("X-HubSpot-Signature-v3", code), ("X-HubSpot-Request-Timestamp", str(NOW * 1000))], code,
    tolerance=300, needed=["X-HubSpot-Request-Timestamp"])
code = b64(mac("sha256", SECRET, "POST" + URL.replace("%2F", "/"), BODY, str(NOW * 1000)))
add("hubspot", [("X-HubSpot-Signature-v3", code), ("X-HubSpot-Request-Timestamp", str(NOW * 1000))], code,
    tolerance=300, needed=["X-HubSpot-Request-Timestamp"], note="escapes of the URL decoded")
code = hashlib.sha256((SECRET + "POST" + URL + BODY).encode()).hexdigest()
add("hubspot", [("X-HubSpot-Signature", code), ("X-HubSpot-Signature-Version", "v2")], code,
    needed=["X-HubSpot-Signature-Version"])
code = hashlib.sha256((SECRET + BODY).encode()).hexdigest()
add("hubspot", [("X-HubSpot-Signature", code), ("X-HubSpot-Signature-Version", "v1")], code,
    needed=["X-HubSpot-Signature-Version"])
body = f'{{"action":"create","webhookTimestamp":{NOW * 1000}}}'
code = mac("sha256", SECRET, body).hex()
add("linear", [("Linear-Signature", code)], code, body=body, tolerance=60)


def form(provider, header, url=URL, sign_url=None, body="b=2&a=1+2&mandrill_events=%5B%7B%7D%5D&A=%C3%AB", note=""):
    text = (sign_url or url) + "".join(k + v for k, v in sorted(parse_qsl(body, keep_blank_values=True)))
    code = b64(mac("sha1", SECRET, text))
    add(provider, [(header, code), FORM], code, url=url, body=body, needed=[header], note=note)


form("mailchimp", "X-Mandrill-Signature")
form("twilio", "X-Twilio-Signature")
form("twilio", "X-Twilio-Signature", sign_url=URL.replace(".com/", ".com:443/"), note="signed with the default port")
add("twilio", [("X-Twilio-Signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8="), FORM], "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
    secret="12345", url="https://mycompany.com/myapp.php?foo=1&bar=2", needed=["X-Twilio-Signature"],
    body="CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212",
    note="the example of twilio-python, tests/unit/test_request_validator.py")
url = URL + "&bodySHA256=" + hashlib.sha256(BODY.encode()).hexdigest()
code = b64(mac("sha1", SECRET, url))
add("twilio", [("X-Twilio-Signature", code), ("content-type", "application/json")], code, url=url,
    needed=["X-Twilio-Signature"])
token = "a" * 50
code = mac("sha256", SECRET, f"{NOW}{token}").hex()
add("mailgun", [], code, tolerance=180, coversBody=False,
    body=json.dumps({"signature": {"timestamp": str(NOW), "token": token, "signature": code}, "event-data": {"id": 1}}))
add("mailgun", [FORM], code, tolerance=180, coversBody=False, needed=[],
    body=f"timestamp={NOW}&token={token}&signature={code}&subject=x")


def plivo3(method, body, url=URL):
    parts = urlsplit(url)
    query = "&".join(f"{k}={v}" for k, v in sorted(parse_qsl(parts.query, keep_blank_values=True)))
    params = "".join(k + v for k, v in sorted(parse_qsl(body, keep_blank_values=True)))
    text = f"{parts.scheme}://{parts.netloc}{parts.path}"
    if query or params:
        text += "?" + query
    if query and params:
        text += "."
    code = b64(mac("sha256", SECRET, text + params + "." + "12345"))
    other = b64(bytes(32))
    add("plivo", [("X-Plivo-Signature-V3", f"{other},{code}"), ("X-Plivo-Signature-V3-Nonce", "12345"), FORM], code,
        method=method, url=url, body=body, needed=["X-Plivo-Signature-V3-Nonce"], coversBody=method == "POST")


plivo3("POST", "To=1&From=%2B2&Text=a+b")
plivo3("POST", "To=1", "https://hooks.example.com/in")
plivo3("GET", "")
for header in ["X-Plivo-Signature-V2", "X-Plivo-Signature-Ma-V2"]:
    code = b64(mac("sha256", SECRET, "https://hooks.example.com/in%2Fbox" + "12345"))
    add("plivo", [(header, code), ("X-Plivo-Signature-V2-Nonce", "12345")], code, coversBody=False,
        needed=["X-Plivo-Signature-V2-Nonce"])
code = b64(mac("sha256", SECRET, URL, BODY))
add("square", [("x-square-hmacsha256-signature", code)], code)
code = b64(mac("sha1", SECRET, URL, BODY))
add("square", [("x-square-signature", code)], code, needed=[])
body_b64("twitter", "x-twitter-webhooks-signature", "sha256=")
code = b64(b"hook:correct horse")
add("vmware", [("Authorization", "Basic " + code)], code, secret="hook::correct horse", other="hook:correct::horse", coversBody=False)
code = b64(mac("sha256", SECRET, BODY))
add("worldline", [("X-GCS-Signature", code), ("X-GCS-KeyId", "k1")], code)
body_b64("xero", "x-xero-signature")
versioned("zoom", "v0", "x-zm-signature", "x-zm-request-timestamp", 300)

# SendGrid's signatures differ each time: this one was made once with
#   openssl ecparam -name prime256v1 -genkey -noout -out key.pem; openssl ec -in key.pem -pubout -outform DER | base64
#   (printf 1700000000; printf BODY) | openssl dgst -sha256 -sign key.pem | base64
SENDGRID_KEY = ("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaAfUpGMUfXIQaZQyGqEIQJKwcQ9HcZj+yY"
                "bqZe0zXr76uqdHWqWCX2FhK+7A5JDiYQqrTm3bpDXE1FcxYIC4FQ==")
OTHER_KEY = ("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEvL146l3270FSzg3rmSdIbnkcGCmjU6I19T"
             "OSi5ibGPRiwkDf4JiXSpHOnNcFe97iiYazD5XgWd0+SKXsZ1r5hA==")
SENDGRID_SIGNATURE = "MEUCIEg+JpZqh36htw6K2VrK1APpzKogZJZNOW/Fm08l8/QQAiEAhDpVuLDm5C5Z3vUvhq86tMocanWaCLiMNAjnkiA3Yks="
for key in [SENDGRID_KEY,
            "-----BEGIN PUBLIC KEY-----\n" + SENDGRID_KEY + "\n-----END PUBLIC KEY-----\n"]:
    add("sendgrid", [("X-Twilio-Email-Event-Webhook-Signature", SENDGRID_SIGNATURE),
                     ("X-Twilio-Email-Event-Webhook-Timestamp", str(NOW))], SENDGRID_SIGNATURE, secret=key, other=OTHER_KEY, tolerance=180)

print(json.dumps(REQUESTS, indent=1, ensure_ascii=False))
