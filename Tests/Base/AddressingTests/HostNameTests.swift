import Addressing
import TestSupport
import Testing

@Suite struct HostNameTests {
    @Test(arguments: [
        ("Example.COM", "example.com"), ("example.com.", "example.com"), ("a", "a"),
        ("xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
        ("1-2.3", "1-2.3"), ("a--b.c", "a--b.c"), ("xn--p1ai", "xn--p1ai"), ("XN--P1AI", "xn--p1ai"),
        ("xn--n3h.example", "xn--n3h.example"),
    ])
    func `A name becomes lower case and loses its last dot`(text: String, expected: String) throws {
        #expect(try HostName(parsing: text).text == expected)
        #expect(HostName(textBytes: text.utf8)?.text == expected)
    }

    @Test(arguments: [
        ("", 0, HostNameError.Reason.empty), (".", 0, .emptyLabel), (".a", 0, .emptyLabel), ("a..b", 2, .emptyLabel),
        ("a..", 2, .emptyLabel), ("a_b.c", 1, .underscore), ("a.-b", 2, .labelStart), ("a-.b", 1, .labelEnd),
        ("ab--c.d", 2, .hyphens), ("xn--.d", 3, .labelEnd), ("xn--0.d", 0, .punycode), ("xn--99999999.d", 0, .punycode),
        ("*.a", 0, .wildcard), ("a b", 1, .character), ("ä.de", 0, .character), ("a\0b", 1, .character),
        ("a:80", 1, .character), ("a/b", 1, .character),
        (String(repeating: "a", count: 64) + ".b", 0, .labelTooLong),
        (String(repeating: "abc.", count: 63) + "ab", 253, .tooLong),
    ])
    func `Text that is no name says what is wrong and where`(
        text: String,
        position: Int,
        reason: HostNameError.Reason
    ) throws {
        let error = try #require(throws: HostNameError.self) { try HostName(parsing: text) }
        #expect(error.reason == reason)
        #expect(error.position == position)
        #expect(HostName(textBytes: text.utf8) == nil)
    }

    @Test func `The longest name and the longest label are names`() throws {
        let name = String(repeating: "abc.", count: 63) + "a"
        #expect(name.utf8.count == 253)
        #expect(try HostName(parsing: name + ".").text == name)
        #expect(throws: Never.self) { try HostName(parsing: String(repeating: "a", count: 63)) }
    }

    @Test func `An error keeps no more of a hostile text than it shows`() throws {
        for text in [String(repeating: "é", count: 100_000), "e" + String(repeating: "\u{301}", count: 100_000)] {
            let error = try #require(throws: HostNameError.self) { try HostName(parsing: text) }
            #expect(error.text.utf8.count < 1000)
        }
        let escape = try #require(throws: HostNameError.self) { try HostName(parsing: "a\u{1B}[2J") }
        #expect(!"\(escape)".contains("\u{1B}"))
    }

    @Test func `A name knows its labels, its parent and who stands above it`() throws {
        let name = try HostName(parsing: "a.b.example.com")
        #expect(name.labelCount == 4)
        #expect(name.parent?.text == "b.example.com")
        #expect(try HostName(parsing: "com").parent == nil)
        #expect(try name.isBelow(HostName(parsing: "example.com")))
        #expect(try !name.isBelow(HostName(parsing: "ample.com")))
        #expect(!name.isBelow(name))
        #expect(try HostName(parsing: "x.internal").isInternal)
        #expect(try !HostName(parsing: "internal").isInternal)
        #expect(try name.prefixed(by: "x-1").text == "x-1.a.b.example.com")
        #expect(throws: HostNameError.self) { try name.prefixed(by: "x_1") }
        #expect(try HostName(parsing: "1.2.3.4").endsInNumber)
        #expect(try HostName(parsing: "a.0x7f").endsInNumber)
        #expect(try !HostName(parsing: "1.2.3.a4").endsInNumber)
    }
}

@Suite struct HostPatternTests {
    @Test(arguments: [
        ("*.example.com", "foo.example.com", true), ("*.example.com", "foo.bar.baz.example.com", true),
        ("*.example.com", "example.com", false), ("*.example.com", "fooexample.com", false),
        ("*.example.com", "example.com.foo", false), ("example.com", "example.com", true),
        ("example.com", "a.example.com", false),
    ])
    func `A star stands for one or more labels`(pattern: String, name: String, expected: Bool) throws {
        #expect(try HostPattern(parsing: pattern).matches(HostName(parsing: name)) == expected)
    }

    @Test(arguments: [("*", 0), ("a.*.b", 2), ("a*.b", 1), ("*a.b", 0), ("*.*.b", 2), ("a.*", 2)])
    func `A star stands as the whole first label only`(text: String, position: Int) throws {
        let error = try #require(throws: HostNameError.self) { try HostPattern(parsing: text) }
        #expect(error.reason == .wildcard)
        #expect(error.position == position)
    }

    @Test func `A wildcard without a name behind it is none`() {
        #expect(throws: HostNameError.self) { try HostPattern(parsing: "*.") }
    }

    @Test func `An exact name is asked before a wildcard, and the longer wildcard before the shorter`() throws {
        let order = try ["a.b.c", "*.b.c", "*.c"].map { try HostPattern(parsing: $0) }
        for (index, pattern) in order.enumerated() {
            for later in order[(index + 1)...] {
                #expect(pattern.isMoreSpecific(than: later))
                #expect(!later.isMoreSpecific(than: pattern))
            }
            #expect(!pattern.isMoreSpecific(than: pattern))
        }
    }

    @Test func `A wildcard covers what is below it`() throws {
        let wildcard = try HostPattern(parsing: "*.b.c")
        for (text, expected) in [("a.b.c", true), ("*.b.c", true), ("*.a.b.c", true), ("b.c", false), ("*.c", false)] {
            #expect(try wildcard.covers(HostPattern(parsing: text)) == expected, "\(text)")
        }
        #expect(try !HostPattern(parsing: "b.c").covers(wildcard))
    }

    @Test(arguments: ["*.example.com", "a.example.com", "*.internal"]) func `A pattern reads back`(text: String) throws
    {
        #expect(try "\(HostPattern(parsing: text))" == text)
    }
}
