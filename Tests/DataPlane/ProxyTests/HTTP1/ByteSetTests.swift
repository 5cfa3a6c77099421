import Testing

@testable import Proxy

@Suite struct ByteSetTests {
    private static let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    private static let digits = "0123456789"

    private static func members(_ set: ByteSet) -> Set<UInt8> {
        Set((UInt8.min...UInt8.max).filter(set.contains))
    }

    @Test func `A token is made of what RFC 9110 lists`() {
        #expect(Self.members(.token) == Set(("!#$%&'*+-.^_`|~" + Self.digits + Self.letters).utf8))
    }

    @Test func `A path holds all that is visible but number sign and backslash`() {
        #expect(Self.members(.path) == Set(0x21...0x7E).subtracting("#\\".utf8))
    }

    @Test func `A path has as it is what a URI may have, and brackets`() {
        #expect(Self.members(.plainPath) == Set(("-._~!$&'()*+,;=:@/%?[]" + Self.digits + Self.letters).utf8))
    }

    @Test func `A query holds all that is visible but the number sign`() {
        #expect(Self.members(.query) == Set(0x21...0x7E).subtracting("#".utf8))
    }

    @Test func `A host name is made of letters, digits, hyphen, underscore and dot`() {
        #expect(Self.members(.hostName) == Set(("-_." + Self.digits + Self.letters).utf8))
    }

    @Test func `The first control byte is found wherever it stands, and no other byte is taken for one`() {
        for byte in UInt8.min...UInt8.max {
            let isControl = (byte < 0x20 && byte != 0x09) || byte == 0x7F
            for position in 0..<19 {
                // Neighbours of all kinds: high bytes, tabs and spaces, and a control byte after it.
                for filler: UInt8 in [0x20, 0x09, 0x80, 0xFF, 0x7E] {
                    var bytes = [UInt8](repeating: filler, count: 21)
                    bytes[position] = byte
                    bytes[20] = 0x0D
                    let found = bytes.withUnsafeBytes { $0.firstControl(from: 0) }
                    #expect(found == (isControl ? position : 20), "byte \(byte) at \(position)")
                    let after = bytes.withUnsafeBytes { $0.firstControl(from: position + 1) }
                    #expect(after == 20)
                }
            }
        }
    }

    @Test(arguments: [
        ("0", 0), ("7", 7), ("0042", 42), ("9223372036854775807", UInt64(Int64.max)),
        ("000000000000000000000000000000000000001", 1),
    ])
    func `A number is its digits, whatever zeros stand before`(text: String, value: UInt64) {
        #expect(Array(text.utf8).withUnsafeBytes { $0.decimal(in: 0..<$0.count) } == value)
    }

    @Test(arguments: [
        "", "-1", "+1", " 1", "1 ", "1_0", "0x1", "1.0", "a", "9223372036854775808", "18446744073709551616",
        "18446744073709551621", "99999999999999999999999999",
    ])
    func `What is not digits below 2^63 is no number`(text: String) {
        #expect(Array(text.utf8).withUnsafeBytes { $0.decimal(in: 0..<$0.count) } == nil)
    }

    @Test func `A list gives its members without blanks and empty ones`() {
        let bytes = Array(" a,, b\t,\t, c d ,".utf8)
        let members = bytes.withUnsafeBytes { bytes in
            ListMembers(bytes, in: 0..<bytes.count).map { String(decoding: bytes[$0], as: UTF8.self) }
        }
        #expect(members == ["a", "b", "c d"])
    }
}
