import JSON
import KubernetesClient
import Model
import Operator
import Testing

@Suite struct ResourceDecodingTests {
    @Test func `Fields that nobody knows are no errors`() throws {
        let text = #"{"metadata":{"name":"web","extra":1},"spec":{"rules":[{"host":"a","more":{}}],"new":true},"x":[]}"#
        let ingress = try Ingress(decoding: text.utf8)
        #expect(ingress.spec?.rules.map(\.host) == ["a"])
    }

    @Test func `What is absent or null is empty`() throws {
        let ingress = try Ingress(decoding: #"{"metadata":{"name":"web","labels":null},"spec":{"tls":null}}"#.utf8)
        #expect(ingress.metadata.namespace == "" && ingress.metadata.labels.isEmpty)
        #expect(ingress.spec?.rules.isEmpty == true && ingress.spec?.tls.isEmpty == true)
    }

    @Test(
        arguments: [
            (#"{"metadata":{"name":1}}"#, "metadata.name"),
            (#"{"metadata":{}}"#, "metadata.name"),
            (#"{"metadata":{"name":"a"},"spec":{"rules":{}}}"#, "spec.rules"),
            (#"{"metadata":{"name":"a"},"spec":{"rules":[{"host":"a"},{"host":2}]}}"#, "spec.rules[1].host"),
            (
                #"{"metadata":{"name":"a"},"spec":{"defaultBackend":{"service":{"name":"a","port":{"number":"80"}}}}}"#,
                "spec.defaultBackend.service.port.number"
            ),
            ("[]", ""), ("{", ""),
        ]
    ) func `A field of the wrong type is told with its path`(text: String, path: String) {
        #expect {
            _ = try Ingress(decoding: text.utf8)
        } throws: {
            ($0 as? ResourceProblem)?.path == path
        }
    }

    @Test func `An object that is too large is refused before it is read`() {
        let text = [UInt8](repeating: UInt8(ascii: " "), count: ResourceLimits.objectBytes + 1)
        #expect(throws: ResourceProblem.self) { _ = try Service(decoding: text) }
    }

    @Test func `Ports of containers are numbers or names`() throws {
        let text = #"""
            {"metadata":{"name":"a"},"spec":{"ports":[{"port":1,"targetPort":2},{"port":1,"targetPort":"http"},{"port":1}]}}
            """#
        let service = try Service(decoding: text.utf8)
        #expect(service.ports.map(\.targetPort) == [.number(2), .name("http"), nil])
    }

    @Test func `Metadata of older objects is the text of an object`() throws {
        let object = { (metadata: String) in
            #"{"metadata":{"name":"a"},"spec":{"url":"https://a.example.com","metadata":\#(metadata)}}"#
        }
        for metadata in [#"{"b":"1","a":"2"}"#, #""{\"a\":\"2\",\"b\":\"1\"}""#] {
            let endpoint = try CloudEndpoint(decoding: object(metadata).utf8)
            #expect(endpoint.spec.metadata?.values == ["a": "2", "b": "1"])
        }
    }

    @Test func `A policy without a schema is read as it is`() throws {
        let policy = #"{"on_http_request":[{"actions":[{"config":{"a":[1,1.5,null,true,"x"]},"type":"deny"}]}]}"#
        let object = try TrafficPolicyObject(
            decoding: #"{"metadata":{"name":"a"},"spec":{"policy":\#(policy)}}"#.utf8
        )
        #expect(object.spec?.policy?.text == policy)
    }

    @Test func `Values of Secrets don't show`() throws {
        let text = #"{"metadata":{"name":"a"},"type":"Opaque","data":{"key":"aHVudGVyMg=="}}"#
        let secret = try SecretObject(decoding: text.utf8)
        #expect(secret.text("key")?.reveal() == "hunter2")
        #expect(secret.text("other") == nil)
        #expect(!"\(secret)".contains("hunter2") && !"\(secret)".contains("aHVudGVyMg"))
    }
}
