import Expression
import Testing

@Suite struct NameTests {
    private let given = Given([
        ("req.url", .string, .string("https://a.example/x")), ("req.url.path", .string, .string("/x")),
        ("req.url.port", .int, nil),
        ("req.headers", .map(key: .string, value: .list(.string)), .map(LiteralMap(members: []))),
        ("req.method", .string, .string("GET")),
        ("vars", .map(key: .string, value: .dyn), .map(LiteralMap(members: [("n", .int(7))]))),
        ("x", .int, .int(1)),
        ("m", .map(key: .string, value: .int), .map(LiteralMap(members: [("y", .int(2)), ("z", .int(3))]))),
        ("m.z", .int, .int(4)),
        ("cookie", .record(RecordType(name: "cookie", members: ["name": .string, "secure": .bool])), nil),
    ])

    @Test(arguments: [
        "req.url == 'https://a.example/x'", "req.url.path == '/x'", "req.url.startsWith('https')",
        "req.url.path.size() == 2", "vars.n == 7", "vars['n'] == 7", "m.y == 2", "m.z == 4", "m['z'] == 3", ".x == 1",
        "[5].exists(x, x == 5 && .x == 1)", "[{'url': 8}].exists(req, req.url == 8)", "cookie.name == ''",
        "!cookie.secure",
        "[{'size': 1}].exists(e, e.size == 1)",
    ])
    func `The longest declared name counts, and what is behind it is a member`(source: String) {
        #expect(outcome(of: source, self.given) == isTrue)
        #expect(outcome(of: source, self.given, isChecked: false) == isTrue)
    }

    @Test(arguments: [
        ("has(req.url.path)", true), ("has(req.url.port)", false), ("req.url.port == 0", true), ("has(vars.n)", true),
        ("has(vars.x)", false), ("has(req.headers['x'])", false), ("has([1][0])", true), ("has([1][1])", false),
        ("has({'a': 1}['a'])", true), ("has(m.z)", true), ("has(m.y)", true), ("has(cookie.name)", true),
        ("has({'a': {'b': 1}}.a.c)", false),
    ])
    func `has() tells whether there is a value`(source: String, expected: Bool) {
        #expect(outcome(of: source, self.given) == Outcome(of: .bool(expected)))
    }

    @Test(arguments: [
        ("req.url.pth", "req.url.path"), ("req.metod == 'GET'", "req.method"), ("rek.method", "req"),
        ("cookie.nam", "name"), ("x.startWith('a')", "startsWith"), ("siz([])", "size"),
        ("[1].exists(item, itm == 1)", "item"), ("has(req.url.prt)", "req.url.port"),
        ("[1].exsts(i, i == 1)", "exists"),
    ])
    func `A name that is none is refused with the one that was meant`(source: String, meant: String) {
        #expect(throws: Diagnostics.self) { try self.given.environment().compile(source) }
        do {
            _ = try self.given.environment().compile(source)
        } catch {
            #expect(error.all.compactMap(\.suggestion) == [meant], "\(error)")
        }
    }

    @Test func `A name that only stands before others is no value`() throws {
        let error = try #require(throws: Diagnostics.self) { try self.given.environment().compile("size(req) == 1") }
        #expect(error.all.count == 1)
        #expect(error.all.first?.message.contains("'req' is no value") == true)
        #expect(error.all.first?.range == 5..<8)
    }

    @Test func `All that is wrong is told at once, in order`() throws {
        let source = "req.metod == 'GET' && 1 + 'a' == 2 && size(3) > 0"
        let error = try #require(throws: Diagnostics.self) { try self.given.environment().compile(source) }
        #expect(error.all.map(\.range.lowerBound) == [0, 24, 38])
    }

    @Test func `A function that exists as a method only is told so`() throws {
        let error = try #require(throws: Diagnostics.self) {
            try self.given.environment().compile("startsWith('a', 'b')")
        }
        #expect(error.all.first?.message == "there is no function 'startsWith'; it is a method: x.startsWith()")
    }

    @Test func `What isn't there when the source isn't checked fails when it is come to, and not before`() {
        #expect(outcome(of: "nothing || true", self.given, isChecked: false) == isTrue)
        #expect(outcome(of: "f_unknown(1) || true", self.given, isChecked: false) == isTrue)
        #expect(fails("nothing", self.given, isChecked: false))
    }
}
