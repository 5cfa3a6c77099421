import Foundation
import Testing
import TrafficPolicy
import Yams

/// Our reader and libyaml must see the same in one document.
@Suite struct DifferentialTests {
    private static let documents = [
        "on_http_request:\n- name: a\n  actions:\n  - type: log\n    config:\n      metadata:\n        a: 1\n",
        "on_http_request: [{actions: [{type: log, config: {metadata: {a: 'it''s', b: \"x\\ty\"}}}]}]",
        "{\"on_http_request\":[{\"actions\":[{\"type\":\"log\",\"config\":{\"metadata\":{\"a\":[1,2.5,null,true]}}}]}]}",
        "on_http_request:\n  - actions:\n      - type: log\n        config:\n          metadata:\n            a: |\n"
            + "              one\n\n                two\n            b: >-\n              three\n              four\n\n"
            + "              five\n            c: plain\n              goes on\n",
        "---\n# a comment\non_http_request: # another\n  - &rule\n    actions:\n      - type: log\n        config:\n"
            + "          metadata: {a: ~}\n  - *rule\n",
    ]

    @Test(arguments: Self.documents) func `A document means what libyaml says`(text: String) throws {
        let ours = try JSONSerialization.jsonObject(with: Data(Policy(parsing: text).json(.revealed).utf8))
        let theirs = try #require(try Yams.load(yaml: text))
        #expect(Self.plain(ours) == Self.plain(theirs))
    }

    /// A text that is the same for the same value.
    private static func plain(_ value: Any) -> String {
        switch value {
        case let map as [AnyHashable: Any]:
            let members = map.map { "\("\($0.key)"): \(Self.plain($0.value))" }
            return "{\(members.sorted().joined(separator: ", "))}"
        case let list as [Any]: return "[\(list.map(Self.plain).joined(separator: ", "))]"
        case is NSNull: return "null"
        // JSONSerialization has one type for numbers and truth values.
        case let flag as Bool: return flag ? "1" : "0"
        case let number as Double: return "\(number)".replacing(/\.0$/, with: "")
        default: return "\(value)"
        }
    }
}
