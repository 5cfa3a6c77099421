"""What values do, and what holds of everything that is rendered (spec/kubernetes-tests.md, 11)."""
import yaml
from helm_python import chart

from charts import EDGE, NEEDED, OPERATOR, Objects, texts
from report import case, expect

# Values, and the argument that the operator's process gets of them.
ARGUMENTS = [
    ({}, "--server-addr=edge.example.com:443"),
    ({}, "--dial=service"),
    ({}, "--ingress-http=none"),
    ({}, "--enable-feature-gateway=true"),
    ({"apiURL": "https://api.example.com"}, "--api-url=https://api.example.com"),
    ({"edgeCA": {"configMap": "edge-ca"}}, "--root-cas=/etc/portico/edge-ca/ca.crt"),
    ({"ingress": {"watchNamespace": "shop"}}, "--watch-namespace=shop"),
    ({"ingress": {"enabled": False}}, "--enable-feature-ingress=false"),
    ({"ingress": {"http": "redirect"}}, "--ingress-http=redirect"),
    ({"ingress": {"defaultHosts": ["*", "a.example.com"]}}, "--default-host=*"),
    ({"ingress": {"controllerName": "example.com/c"}}, "--ingress-controller-name=example.com/c"),
    ({"gateway": {"disableReferenceGrants": True}}, "--disable-reference-grants"),
    ({"publishAddresses": ["192.0.2.1", "edge.example.net"]}, "--publish-address=edge.example.net"),
    ({"clusterDomain": "svc.corp.example"}, "--cluster-domain=svc.corp.example"),
    ({"dial": "endpoints"}, "--dial=endpoints"),
    ({"log": {"level": "debug"}}, "--zap-log-level=debug"),
    ({"fullnameOverride": "front"}, "--election-id=front-leader"),
]

# Settings of pods that both charts hand on as they are: value, where it ends up in the pod.
HANDED_ON = [
    ("nodeSelector", {"disk": "fast"}, lambda pod: pod["spec"]["nodeSelector"]),
    ("tolerations", [{"operator": "Exists"}], lambda pod: pod["spec"]["tolerations"]),
    ("affinity", {"podAffinity": {}}, lambda pod: pod["spec"]["affinity"]),
    (
        "topologySpreadConstraints",
        [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"}],
        lambda pod: pod["spec"]["topologySpreadConstraints"],
    ),
    ("priorityClassName", "high", lambda pod: pod["spec"]["priorityClassName"]),
    ("terminationGracePeriodSeconds", 90, lambda pod: pod["spec"]["terminationGracePeriodSeconds"]),
    ("resources", {"limits": {"memory": "256Mi"}}, lambda pod: pod["spec"]["containers"][0]["resources"]),
    ("podLabels", {"sidecar.istio.io/inject": "true"}, lambda pod: pod["metadata"]["labels"]),
    ("podAnnotations", {"linkerd.io/inject": "enabled"}, lambda pod: pod["metadata"]["annotations"]),
    ("extraEnv", [{"name": "A", "value": "b"}], lambda pod: pod["spec"]["containers"][0]["env"]),
    ("extraVolumes", [{"name": "v", "emptyDir": {}}], lambda pod: pod["spec"]["volumes"]),
    (
        "extraVolumeMounts",
        [{"name": "v", "mountPath": "/v"}],
        lambda pod: pod["spec"]["containers"][0]["volumeMounts"],
    ),
]

# What the schema refuses.
WRONG = [
    (OPERATOR, {"unknown": 1}, "unknown"),
    (OPERATOR, {"ingress": {"enable": True}}, "enable"),
    (OPERATOR, {"dial": "dns"}, "dial"),
    (OPERATOR, {"serverAddr": "edge.example.com"}, "serverAddr"),
    (OPERATOR, {"replicaCount": "two"}, "replicaCount"),
    (OPERATOR, {"ingress": {"http": "yes"}}, "http"),
    (EDGE, {"replicaCount": 2}, "replicaCount"),
    (EDGE, {"tcp": {"ports": [0]}}, "ports"),
    (EDGE, {"service": {"type": "Headless"}}, "type"),
]


def run():
    for path in (OPERATOR, EDGE):
        everything(path)
    for path, values, word in WRONG:
        with case(f"H3 {path.name} refuses {values}"):
            refused(path, values, word)
    for values, argument in ARGUMENTS:
        with case(f"H2 {values} is {argument}"):
            assert argument in Objects(OPERATOR, values).container["args"], Objects(OPERATOR, values).container["args"]
    credentials()
    operator()
    edge()


def contains(whole, part):
    """Whether `part` is in `whole`, member by member."""
    if isinstance(part, dict):
        return all(whole.get(key) == value for key, value in part.items())
    if isinstance(part, list):
        return all(one in whole for one in part)
    return whole == part


def everything(path):
    name = path.name
    with case(f"H1 {name} has nothing that lint finds"):
        found = chart.lint(str(path), NEEDED[path], strict=True)
        expect([one for one in found["messages"] if one["severity"] > 1] + found["errors"], [])
    with case(f"H11 {name} rendered twice is the same, and asks no cluster"):
        expect(texts(path), texts(path))
        sources = [one for one in path.rglob("templates/*") if "lookup" in one.read_text()]
        expect(sources, [])
    with case(f"{name}: objects have labels, names of 63 bytes at most, and a namespace where their kind has one"):
        release = "r" * 53
        for one in Objects(path, name=release).all:
            if one["kind"] == "CustomResourceDefinition":
                continue
            assert one["metadata"]["labels"]["app.kubernetes.io/instance"] == release, one["metadata"]
            assert len(one["metadata"]["name"]) <= 63 or one["kind"].startswith("ClusterRole"), one["metadata"]["name"]
            is_of_cluster = one["kind"] in ("ClusterRole", "ClusterRoleBinding", "IngressClass", "GatewayClass")
            assert is_of_cluster != ("namespace" in one["metadata"]), one["metadata"]
    with case(f"{name}: pods may do little"):
        pod = Objects(path).pod["spec"]
        expect(pod["securityContext"]["runAsNonRoot"], True)
        expect(pod["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"})
        for container in pod["containers"] + pod.get("initContainers", []):
            context = container["securityContext"]
            expect(context["allowPrivilegeEscalation"], False)
            expect(context["readOnlyRootFilesystem"], True)
            expect(context["capabilities"], {"drop": ["ALL"]})
    for key, value, place in HANDED_ON:
        with case(f"H2 {name}: {key} is handed on"):
            found = place(Objects(path, {key: value}).pod)
            assert contains(found, value), found
    with case(f"{name}: commonLabels and commonAnnotations are on every object"):
        values = {"commonLabels": {"team": "a"}, "commonAnnotations": {"note.example.com/x": "b.c"}}
        for one in Objects(path, values).all:
            if one["kind"] == "CustomResourceDefinition":
                continue
            expect(one["metadata"]["labels"].get("team"), "a", one["metadata"]["name"])
            expect(one["metadata"]["annotations"].get("note.example.com/x"), "b.c", one["metadata"]["name"])
    with case(f"{name}: an image of one's own"):
        image = {"image": {"registry": "r.example.com", "repository": "a/b", "tag": "1", "pullSecrets": ["s"]}}
        found = Objects(path, image)
        expect(found.container["image"], "r.example.com/a/b:1")
        expect(found.pod["spec"]["imagePullSecrets"], [{"name": "s"}])


def refused(path, values, word):
    try:
        texts(path, values)
    except Exception as error:
        assert word in str(error), f"the error names no {word}: {error}"
        return
    raise AssertionError("it was taken")


def credentials():
    with case("H5 credentials that are given are a Secret"):
        found = Objects(OPERATOR, {"credentials": {"secret": {"name": ""}, "authtoken": "t", "apiKey": "k"}})
        expect(found.of("Secret")["stringData"], {"AUTHTOKEN": "t", "API_KEY": "k"})
    with case("H5 a name alone is no Secret, and is what the pods read"):
        found = Objects(OPERATOR)
        expect(found.count("Secret"), 0)
        token = [one for one in found.container["env"] if one["name"] == "PORTICO_AUTHTOKEN"][0]
        expect(token["valueFrom"]["secretKeyRef"], {"name": "portico-credentials", "key": "AUTHTOKEN"})
    with case("H5 without any it says what to do"):
        refused(OPERATOR, {"credentials": {"secret": {"name": ""}}}, "credentials.authtoken")
    with case("H6 another credential rolls the pods, more replicas do not"):
        def sums(token, replicas):
            values = {"credentials": {"secret": {"name": ""}, "authtoken": token}, "replicaCount": replicas}
            return Objects(OPERATOR, values).pod["metadata"]["annotations"]["checksum/credentials"]

        assert sums("a", 1) != sums("b", 1)
        expect(sums("a", 1), sums("a", 3))


def operator():
    with case("H4 what has quotes, commas and points survives to the arguments"):
        odd = ['a"b,c', "x.y: z", "--q"]
        found = Objects(OPERATOR, {"ingress": {"defaultHosts": odd}}).container["args"]
        expect([one for one in found if one.startswith("--default-host=")], [f"--default-host={one}" for one in odd])
    with case("H8 definitions are there, and stay; without them there are none"):
        kept = [one for one in Objects(OPERATOR).all if one["kind"] == "CustomResourceDefinition"]
        expect(sorted(one["spec"]["names"]["kind"] for one in kept),
               ["AgentEndpoint", "CloudEndpoint", "TrafficPolicy"])
        for one in kept:
            expect(one["metadata"]["annotations"]["helm.sh/resource-policy"], "keep")
        expect(Objects(OPERATOR, {"installCRDs": False}).count("CustomResourceDefinition"), 0)
    with case("H9 a budget is made for the API that there is"):
        found = Objects(OPERATOR, {"podDisruptionBudget": {"create": True}}).of("PodDisruptionBudget")
        expect(found["spec"]["maxUnavailable"], 1)
        expect(found["apiVersion"], "policy/v1")
        found = Objects(OPERATOR, {"podDisruptionBudget": {"create": True, "minAvailable": "50%"}})
        expect(found.of("PodDisruptionBudget")["spec"]["minAvailable"], "50%")
    with case("R-03 of a watched namespace nothing is read elsewhere"):
        found = Objects(OPERATOR, {"ingress": {"watchNamespace": "shop"}})
        everywhere = [word for rule in found.of("ClusterRole", "portico-operator-portico")["rules"]
                      for word in rule["resources"]]
        assert not {"secrets", "services", "ingresses", "configmaps"} & set(everywhere), everywhere
        expect(found.of("Role", "watched")["metadata"]["namespace"], "shop")
    with case("R-04 no Secret is written"):
        for one in Objects(OPERATOR).all:
            for rule in one.get("rules", []) if one["kind"] in ("Role", "ClusterRole") else []:
                if "secrets" in rule["resources"]:
                    expect(rule["verbs"], ["get", "list", "watch"])
    with case("classes are made where they are wanted"):
        found = Objects(OPERATOR, {"ingress": {"ingressClass": {"name": "edge", "default": True}},
                                   "gateway": {"gatewayClass": {"create": True}}})
        expect(found.of("IngressClass")["metadata"]["annotations"],
               {"ingressclass.kubernetes.io/is-default-class": "true"})
        expect(found.of("GatewayClass")["spec"], {"controllerName": "ngrok.com/gateway-controller"})


def edge():
    def configuration(values):
        return yaml.safe_load(Objects(EDGE, values).of("ConfigMap")["data"]["portico-edge.yml"])

    with case("portico-edge: settings of one's own are in its file, and the chart's win"):
        found = configuration({"config": {"region": "eu", "data_dir": "/x", "listeners": {"ssh": [":2222"]}}})
        expect(found["region"], "eu")
        expect(found["data_dir"], "/var/lib/portico-edge/data")
        expect(found["listeners"]["ssh"], [":2222"])
        expect(found["listeners"]["https"], [":8443"])
    with case("portico-edge: ports for tcp:// are those of the Service, and one range of the edge"):
        values = {"tcp": {"ports": [20010, 20001, 9000]}}
        expect(configuration(values)["tcp"]["ports"], "9000-20010")
        service = Objects(EDGE, values).of("Service", "portico-edge")
        assert {9000, 20001, 20010} <= {one["port"] for one in service["spec"]["ports"]}
    with case("portico-edge: management is for the cluster alone"):
        service = Objects(EDGE, {"api": {"enabled": True}, "dashboard": {"enabled": True}}).of("Service", "portico-edge")
        ports = {one["name"] for one in service["spec"]["ports"]}
        expect(ports, {"http", "https", "agents", "api", "dashboard"})
    with case("portico-edge: a database of one's own comes from a Secret"):
        found = Objects(EDGE, {"store": {"secret": "db"}}).pod["spec"]
        for container in found["containers"] + found["initContainers"]:
            store = [one for one in container["env"] if one["name"] == "PORTICO_EDGE_STORE"][0]
            expect(store["valueFrom"]["secretKeyRef"], {"name": "db", "key": "url"})
    with case("portico-edge: another file replaces the pod"):
        def sums(region):
            found = Objects(EDGE, {"config": {"region": region}})
            return found.pod["metadata"]["annotations"]["checksum/configuration"]

        assert sums("eu") != sums("us")
    with case("portico-edge: without a base domain it says what to do"):
        refused(EDGE, {"baseDomain": ""}, "baseDomain")
