"""A few calls of an API server, as the user of KUBECONFIG: a file with a token and an authority's certificate."""
import http.client
import json
import os
import ssl
import urllib.parse

import yaml


class Server:
    def __init__(self):
        with open(os.environ["KUBECONFIG"], encoding="utf-8") as file:
            found = yaml.safe_load(file)
        cluster = found["clusters"][0]["cluster"]
        self.address = urllib.parse.urlsplit(cluster["server"])
        self.context = ssl.create_default_context(cafile=cluster["certificate-authority"])
        self.fields = {"authorization": f"Bearer {found['users'][0]['user']['token']}", "accept": "application/json"}

    def call(self, method, path, body=None, kind="application/json"):
        """Status and body of an answer."""
        connection = http.client.HTTPSConnection(self.address.hostname, self.address.port, context=self.context)
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, {"content-type": kind, **self.fields})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()
