import APITypes
import Foundation
import JSON
import Model
import Testing

@Suite struct CheckedBodyTests {
    private static let fields = [
        Field("name", .text, create: .required(.domainMissing), limit: .init(bytes: 4, code: .domainTooLong), "."),
        Field("on", .boolean, create: .optional, "."), Field("size", .integer, create: .optional, "."),
        Field("at", .timestamp, create: .optional, "."), Field("all", .list(.text), create: .optional, "."),
        Field("by_name", .texts, create: .optional, "."), Field("id", .text, "."),
        Field("inner", .object([Field("x", .text, create: .optional, ".")]), create: .optional, "."),
        Field("rows", .list(.object([Field("x", .text, create: .optional, ".")])), create: .optional, "."),
    ]

    @Test func `A body says what was given`() throws {
        let json = #"""
            {"name": "abcd", "on": true, "size": 3, "at": "2026-01-02T03:04:05Z", "all": ["a", "b"], "by_name": {"k": "v"},
             "inner": {"x": "y"}, "rows": [{"x": "1"}, {}]}
            """#
        let object = try #require(try JSONValue(reading: json.utf8).object)
        let body = try CheckedBody(object, of: Self.fields, for: .create)
        #expect(body.text("name") == "abcd")
        #expect(body.flag("on") == true)
        #expect(body.integer("size") == 3)
        #expect(body.time("at") == Date(timeIntervalSince1970: 1_767_323_045))
        #expect(body.texts("all") == ["a", "b"])
        #expect(body.map("by_name") == ["k": "v"])
        #expect(body.object("inner")?.text("x") == "y")
        #expect(body.objects("rows")?.map { $0.text("x") } == ["1", nil])
    }

    @Test(
        arguments: [
            ("{}", .domainMissing), (#"{"name": null}"#, .domainMissing), (#"{"name": ""}"#, .domainMissing),
            (#"{"name": "abcde"}"#, .domainTooLong), (#"{"name": 1}"#, .apiFieldType),
            (#"{"name": "a", "name": "b"}"#, .apiFieldType), (#"{"name": "a", "id": "x"}"#, .apiFieldUnknown),
            (#"{"name": "a", "Name": "x"}"#, .apiFieldUnknown), (#"{"name": "a", "on": "x"}"#, .apiFieldType),
            (#"{"name": "a", "size": 1.5}"#, .apiFieldType), (#"{"name": "a", "at": "now"}"#, .apiTime),
            (#"{"name": "a", "all": ["x", 1]}"#, .apiFieldType), (#"{"name": "a", "all": [null]}"#, .apiFieldType),
            (#"{"name": "a", "inner": {"y": 1}}"#, .apiFieldUnknown), (#"{"name": "a", "rows": [1]}"#, .apiFieldType),
            (#"{"name": "a", "by_name": {"k": 1}}"#, .apiFieldType), (#"{"name": "a\u0000"}"#, .apiFieldType),
        ] as [(String, ErrorCode)]
    )
    func `A body that does not fit is refused`(json: String, code: ErrorCode) throws {
        let object = try #require(try JSONValue(reading: json.utf8).object)
        let failure = #expect(throws: Failure.self) { try CheckedBody(object, of: Self.fields, for: .create) }
        #expect(failure?.code == code, "\(failure?.message ?? "")")
    }

    @Test(arguments: [
        ("2026-01-02T03:04:05Z", true), ("2026-01-02T03:04:05.678Z", true), ("2026-01-02T05:04:05+02:00", true),
        ("2026-01-02", false), ("2026-13-02T03:04:05Z", false), ("", false), ("2026-01-02 03:04:05", false),
    ])
    func `Times are those of RFC 3339`(text: String, isTime: Bool) {
        let date = Date(rfc3339: text)
        #expect((date != nil) == isTime)
        if let date { #expect(date.rfc3339 == "2026-01-02T03:04:05Z") }
    }
}
