import Expression
import Testing

@Suite struct TemplateProgramTests {
    private let given = Given([
        ("n", .int, .int(3)), ("s", .string, .string("é")), ("d", .double, .double(1)), ("b", .bytes, .bytes([0xFF])),
        ("t", .timestamp, Timestamp(seconds: 0, nanoseconds: 0).map(Value.timestamp)), ("nothing", .dyn, .null),
        ("list", .list(.dyn), .list([.string("v"), .int(1)])),
        ("span", .duration, .duration(TimeSpan(nanoseconds: 1_500_000_000))),
    ])

    @Test(arguments: [
        ("", ""), ("plain", "plain"), ("$${n}", "${n}"), ("a${n}b", "a3b"), ("${s}${n}", "é3"),
        ("${d} ${1.5} ${1e21}", "1 1.5 1e+21"),
        ("[${nothing}]", "[]"), ("${b}", "/w=="), ("${t}", "1970-01-01T00:00:00Z"), ("${span}!", "1.5s!"),
        ("${list}", #"["v",1]"#), ("${ {'b': 1, 'a': [true]} }", #"{"a":[true],"b":1}"#),
        ("${'}'}", "}"), ("${optional.of(n)}", "3"), ("cost $5", "cost $5"),
    ])
    func `Each part becomes text`(template: String, expected: String) throws {
        let program = try self.given.environment().compile(template: template)
        #expect(try program.text(in: Evaluation(variables: self.given)) == expected)
    }

    @Test func `A template that is one expression keeps its type`() throws {
        let run = Evaluation(variables: self.given)
        #expect(
            Outcome(of: try self.given.environment().compile(template: "${n}").value(in: run)) == Outcome(of: .int(3))
        )
        #expect(
            Outcome(of: try self.given.environment().compile(template: "${n} ").value(in: run))
                == Outcome(of: .string("3 "))
        )
    }

    @Test(arguments: ["${int}", "a${optional.none()}"])
    func `A type and an empty optional have no text`(template: String) throws {
        let program = try self.given.environment().compile(template: template)
        #expect(throws: EvaluationError.self) { try program.text(in: Evaluation(variables: self.given)) }
    }

    @Test func `What is wrong in any part is told with its place in the whole`() throws {
        let error = try #require(throws: Diagnostics.self) {
            try self.given.environment().compile(template: "a ${m} b ${n + 'x'}")
        }
        #expect(error.all.map(\.range) == [4..<5, 13..<14])
    }
}
