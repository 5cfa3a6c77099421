import Expression
import NIOCore
import Testing

@testable import PolicyEngine

@Suite struct ExchangeHeadTests {
    static func head(_ lines: [(String, String)]) -> ExchangeHead {
        var bytes = ByteBuffer()
        let fields = lines.map { name, value in
            let start = bytes.writerIndex
            bytes.writeString(name)
            bytes.writeString(": ")
            let middle = bytes.writerIndex
            bytes.writeString(value)
            return HeadSnapshot.Field(name: start..<start + name.utf8.count, value: middle..<bytes.writerIndex)
        }
        return ExchangeHead(HeadSnapshot(bytes: bytes, fields: fields))
    }

    private func lines(_ head: ExchangeHead) -> [String] {
        var lines: [String] = []
        head.forEachField { line in
            switch line {
            case .received(let field):
                lines.append(head.received.text(field.name) + "=" + head.received.text(field.value))
            case .added(let name, let value): lines.append("\(name)=\(value)")
            }
        }
        return lines
    }

    @Test func `What was removed is gone in every spelling, what was added stands behind the rest`() {
        var head = Self.head([("X-A", "1"), ("Accept", "*/*"), ("x-a", "2")])
        #expect(!head.isEdited)
        let isFound = head.remove("x-a")
        let isOtherFound = head.remove("x-none")
        #expect(isFound && !isOtherFound)
        head.add("x-b", "3")
        #expect(self.lines(head) == ["Accept=*/*", "x-b=3"])
        #expect(head.isEdited && head.count == 2)
        #expect(head.first("x-a") == nil && head.values("x-b") == ["3"] && head.contains("accept"))
        head.set("x-b", "4")
        #expect(self.lines(head) == ["Accept=*/*", "x-b=4"])
    }

    @Test func `A map of headers has names in small letters, sorted, and finds them in any case`() throws {
        let map = HeaderMap(
            Self.head([("X-B", "1"), ("accept", "a"), ("x-b", "2"), ("Cookie", "a=1"), ("cookie", "b=2")])
        )
        #expect(map.count == 3)
        #expect(
            (0..<map.count).map { "\(map.entry(at: $0).key)" }
                == ["accept", "cookie", "x-b"].map { "\(Value.string($0))" }
        )
        for name in ["x-b", "X-B"] {
            guard case .list(let values)? = map.value(forKey: .string(name)) else {
                Issue.record("no list for \(name)")
                continue
            }
            #expect(values.count == 2)
        }
        #expect("\(try #require(map.value(forKey: .string("cookie"))))" == "\(Value.list([.string("a=1; b=2")]))")
        #expect(!map.hasKey(.string("x-c")) && !map.hasKey(.int(1)))
    }
}
