import Testing

@testable import Proxy

@Suite struct KnownFieldTests {
    private static let all = (1...UInt8.max).compactMap(KnownField.init(rawValue:))

    private static func known(_ name: String) -> KnownField {
        Array(name.utf8).withUnsafeBytes { KnownField($0) }
    }

    @Test func `Every known name is found by its letters in either case`() {
        #expect(Self.all.count == 25)
        for field in Self.all {
            let name = "\(field.name)"
            #expect(Self.known(name) == field)
            #expect(Self.known(name.uppercased()) == field)
            #expect(Self.known(name.replacing("-", with: "_")) == field)
        }
    }

    @Test func `A name that differs in one letter, or by one, is another field`() {
        for field in Self.all {
            let name = Array("\(field.name)".utf8)
            for index in name.indices {
                var other = name
                other[index] = other[index] == UInt8(ascii: "q") ? UInt8(ascii: "z") : UInt8(ascii: "q")
                #expect(other.withUnsafeBytes { KnownField($0) } == .other)
            }
            #expect(name.dropLast().withUnsafeBytes { KnownField($0) } == .other)
            #expect((name + [UInt8(ascii: "s")]).withUnsafeBytes { KnownField($0) } == .other)
        }
    }
}
