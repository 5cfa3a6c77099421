import Expression
import Testing

@Suite struct LiteralMapTests {
    private func text(_ value: Value?) -> String? {
        guard case .string(let text)? = value else { return nil }
        return text
    }

    /// Of few entries, which are looked at one by one, and of many, which are hashed.
    private func map(beside count: Int) throws -> LiteralMap {
        let others = (0..<count).map { (key: Value.string("other \($0)"), value: Value.null) }
        return try LiteralMap([(.int(1), .string("one")), (.string("\u{e9}"), .string("e"))] + others)
    }

    @Test(arguments: [0, 20])
    func `A number is found by every number that equals it`(beside: Int) throws {
        let map = try self.map(beside: beside)
        for key in [Value.int(1), .uint(1), .double(1)] {
            #expect(self.text(map.value(forKey: key)) == "one")
            #expect(map.hasKey(key))
        }
        for key in [Value.int(2), .double(1.5), .double(.nan), .string("1"), .bool(true), .null, .bytes([1])] {
            #expect(!map.hasKey(key))
            if map.value(forKey: key) != nil { Issue.record("\(key) is found") }
        }
    }

    @Test(arguments: [0, 20])
    func `Strings that only look alike are different keys`(beside: Int) throws {
        let map = try self.map(beside: beside)
        #expect(map.hasKey(.string("\u{e9}")))
        #expect(!map.hasKey(.string("e\u{301}")))
    }

    @Test(arguments: [
        [Value.int(1), .uint(1)], [.string("a"), .string("a")], [.bool(true), .bool(true)], [.double(1)], [.null],
        [.list([])],
    ])
    func `Equal keys, and what can't be a key, are refused`(keys: [Value]) {
        #expect(throws: EvaluationError.self) { try LiteralMap(keys.map { (key: $0, value: .null) }) }
    }

    @Test func `Of members with one name the last one counts, in the place of the first`() {
        let map = LiteralMap(members: [("a", .string("1")), ("b", .string("2")), ("a", .string("3"))])
        #expect(map.count == 2)
        #expect(self.text(map.entry(at: 0).value) == "3")
        #expect(self.text(map.value(forKey: .string("a"))) == "3")
    }
}
