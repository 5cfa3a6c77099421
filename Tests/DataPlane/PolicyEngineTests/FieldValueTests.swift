import Expression
import Testing

@testable import PolicyEngine

@Suite struct FieldValueTests {
    @Test func `The cookies of a request are found by name, those of the same name in order`() {
        #expect(
            RequestCookie.parse("a=1; b=two=2;a=3; =x; lonely;  c =\t4 ")
                == [
                    RequestCookie(name: "a", value: "1"), RequestCookie(name: "b", value: "two=2"),
                    RequestCookie(name: "a", value: "3"), RequestCookie(name: "c", value: "4"),
                ]
        )
    }

    @Test func `A combining mark behind a semicolon doesn't hide the separator`() {
        #expect(RequestCookie.parse("a=1;\u{301}b=2").map(\.name) == ["a", "\u{301}b"])
    }

    @Test func `A cookie that is set has its attributes, in any case, and keeps those that nobody knows`() throws {
        let field = "id=7; Path=/x; DOMAIN=example.com; Max-Age=3600; Secure; HttpOnly; SameSite=Lax; Partitioned; P=1"
        let cookie = try #require(ResponseCookie(field))
        #expect(cookie.name == "id" && cookie.value == "7" && cookie.path == "/x" && cookie.domain == "example.com")
        #expect(cookie.maxAge == 3600 && cookie.isSecure && cookie.isHTTPOnly && cookie.sameSite == "Lax")
        #expect(cookie.otherAttributes.map(\.name) == ["Partitioned", "P"])
        #expect(cookie.otherAttributes.map(\.value) == ["", "1"])
    }

    @Test(
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
            ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Thu, 29 Feb 2024 00:00:00 GMT", 1_709_164_800),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ] as [(String, Int64)]
    )
    func `All three forms of a date are read`(text: String, seconds: Int64) {
        #expect(HTTPDate.parse(text) == Timestamp(seconds: seconds, nanoseconds: 0))
    }

    @Test(arguments: [
        "", "tomorrow", "Sun, 06 Nov 1994", "06 Nov 1994 24:00:00", "32 Nov 1994 00:00:00", "1:2:3:4 6 Nov 1994",
    ])
    func `What is no date has no time`(text: String) {
        #expect(HTTPDate.parse(text) == nil)
    }

    @Test(
        arguments: [
            ("text/html", "text/html", [:]), ("Text/HTML; Charset=UTF-8", "text/html", ["charset": "UTF-8"]),
            (
                #"multipart/form-data; boundary="a;b\"c"; x=y"#, "multipart/form-data",
                ["boundary": #"a;b"c"#, "x": "y"]
            ),
            ("", "", [:]), ("a/b; c=1; c=2", "a/b", ["c": "1"]), (#"a/b; c="open"#, "a/b", ["c": "open"]),
        ] as [(String, String, [String: String])]
    )
    func `A media type is taken apart`(field: String, essence: String, parameters: [String: String]) {
        let type = MediaType(field)
        #expect(type.essence == essence)
        #expect(Dictionary(uniqueKeysWithValues: type.parameters.map { ($0.name, $0.value) }) == parameters)
    }

    @Test func `Query parameters are decoded once, and keep their order`() {
        let query = QueryParameters("b=1&a=x+y%20z&b=%2525&flag&=5&a=%zz&a=%FF")
        #expect(query.names == ["b", "a", "flag", ""])
        #expect(query["b"] == ["1", "%25"])
        #expect(query["a"] == ["x y z", "%zz", "\u{FFFD}"])
        #expect(query["flag"] == [""])
        #expect(query["none"] == nil)
    }

    @Test func `Lists of values are found by name, by its bytes alone`() {
        let map = ListMap([("b", .int(1)), ("\u{E9}", .int(2)), ("b", .int(3)), ("e\u{301}", .int(4))])
        #expect(map.count == 3)
        #expect(map["b"].count == 2 && map["\u{E9}"].count == 1 && map["none"].isEmpty)
        #expect(map.hasKey(.string("e\u{301}")) && !map.hasKey(.int(1)))
    }
}
