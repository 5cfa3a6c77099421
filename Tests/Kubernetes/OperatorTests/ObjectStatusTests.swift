import JSON
import KubernetesClient
import Operator
import Testing

@Suite struct ObjectStatusTests {
    private static let then = "2026-01-01T00:00:00Z"
    private static let now = "2026-02-01T00:00:00Z"

    private static func status(_ status: JSONValue, generation: Int64 = 2) -> ObjectStatus {
        let key = ObjectKey("shop", "web")
        let object = ObjectReference(group: "", kind: "Gateway", key: key, uid: "u", generation: generation)
        return ObjectStatus(object: object, status: status)
    }

    private static func condition(
        _ type: String,
        _ status: String,
        _ reason: String,
        since: String? = nil,
        generation: Int64 = 2
    ) -> JSONValue {
        var object: JSONObject = [
            "type": .string(type), "status": .string(status), "reason": .string(reason),
            "observedGeneration": .integer(generation),
        ]
        if let since { object.append("lastTransitionTime", .string(since)) }
        return .object(object)
    }

    @Test func `A new condition gets the time of now`() {
        let made = Self.status(["conditions": [Self.condition("Ready", "True", "Good")]])
        let expected: JSONValue = ["conditions": [Self.condition("Ready", "True", "Good", since: Self.now)]]
        #expect(made.merged(into: nil, at: Self.now) == expected.canonical)
    }

    @Test func `The time stays while the status does, whatever the reason`() {
        let current: JSONValue = ["conditions": [Self.condition("Ready", "False", "Bad", since: Self.then)]]
        let made = Self.status(["conditions": [Self.condition("Ready", "False", "Worse")]])
        let expected: JSONValue = ["conditions": [Self.condition("Ready", "False", "Worse", since: Self.then)]]
        #expect(made.merged(into: current, at: Self.now) == expected.canonical)
    }

    @Test func `Nothing is written where nothing but times would change`() {
        let current: JSONValue = ["conditions": [Self.condition("Ready", "True", "Good", since: Self.then)]]
        let made = Self.status(["conditions": [Self.condition("Ready", "True", "Good")]])
        #expect(made.merged(into: current, at: Self.now) == nil)
    }

    @Test func `Nothing is written over what is known of a later generation`() {
        let current: JSONValue = [
            "conditions": [Self.condition("Ready", "False", "Bad", since: Self.then, generation: 3)]
        ]
        let made = Self.status(["conditions": [Self.condition("Ready", "True", "Good")]])
        #expect(made.merged(into: current, at: Self.now) == nil)
    }

    @Test func `Conditions of list entries are those of the entry of the same name`() {
        let current: JSONValue = [
            "listeners": [
                ["name": "a", "conditions": [Self.condition("Programmed", "True", "Programmed", since: Self.then)]],
                ["name": "b", "conditions": [Self.condition("Programmed", "False", "Invalid", since: Self.then)]],
            ]
        ]
        let made = Self.status([
            "listeners": [
                ["name": "b", "conditions": [Self.condition("Programmed", "True", "Programmed")]],
                ["name": "a", "conditions": [Self.condition("Programmed", "True", "Programmed")]],
            ]
        ])
        let expected: JSONValue = [
            "listeners": [
                ["name": "b", "conditions": [Self.condition("Programmed", "True", "Programmed", since: Self.now)]],
                ["name": "a", "conditions": [Self.condition("Programmed", "True", "Programmed", since: Self.then)]],
            ]
        ]
        #expect(made.merged(into: current, at: Self.now) == expected.canonical)
    }

    @Test func `What another controller wrote keeps its times`() {
        let foreign: JSONValue = [
            "parentRef": ["name": "theirs"], "controllerName": "example.com/other",
            "conditions": [
                ["type": "Odd", "status": "Perhaps", "reason": "", "lastTransitionTime": .string(Self.then)]
            ],
        ]
        let own: JSONValue = [
            "parentRef": ["name": "ours"], "controllerName": "ngrok.com/gateway-controller",
            "conditions": [Self.condition("Accepted", "True", "Accepted")],
        ]
        let made = Self.status(["parents": [foreign, own]]).merged(into: ["parents": [foreign]], at: Self.now)
        #expect(made?.member("parents")?.array?.first == foreign.canonical)
    }
}
