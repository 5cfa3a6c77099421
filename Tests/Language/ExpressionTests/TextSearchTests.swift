import TestSupport
import Testing

@testable import Expression

@Suite struct TextSearchTests {
    @Test(arguments: UInt64(0)..<300)
    func `A part is found where comparing at every place finds it`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let letters = Array("ab".utf8)
        func word(_ count: Int) -> [UInt8] {
            (0..<count).map { _ in letters.randomElement(using: &random) ?? 0 }
        }
        let block = word(Int.random(in: 1...8, using: &random))
        let part = Array(repeatElement(block, count: Int.random(in: 1...8, using: &random)).joined())
        let text = word(Int.random(in: 0...9, using: &random)) + part.dropLast() + part + word(5)
        let expected = text.indices.first { text[$0...].starts(with: part) }
        let found = part.withUnsafeBufferPointer { part in
            text.withUnsafeBufferPointer { text in TextSearch.firstOffset(of: part, in: text) }
        }
        #expect(found == expected)
        let none = part.withUnsafeBufferPointer { part in
            text.dropLast(text.count - part.count + 1).withUnsafeBufferPointer {
                TextSearch.firstOffset(of: part, in: $0)
            }
        }
        #expect(none == nil)
    }
}
