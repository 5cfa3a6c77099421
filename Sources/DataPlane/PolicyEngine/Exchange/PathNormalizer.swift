/// One spelling for each path (RFC 3986 §5.2.4 and §6.2.2).
enum PathNormalizer {
    /// Decodes escapes of unreserved characters and writes the others in capitals, escapes what no URI has as it is (as the
    /// request goes upstream), then removes dot segments. Done once: what decodes to an escape is not decoded again. A path that is normal already is returned as it is.
    static func normalize(_ path: String) -> String {
        guard !path.isEmpty else { return "/" }
        var path = path
        let isNormal = path.withUTF8 { Self.isNormal(UnsafeRawBufferPointer($0)) }
        if isNormal { return path }
        let decoded = path.withUTF8 { Self.decodeUnreserved($0) }
        return String(decoding: Self.removeDotSegments(decoded), as: UTF8.self)
    }

    /// The path without `.` and `..` segments (RFC 3986 §5.2.4), and with nothing else changed.
    static func withoutDotSegments(_ path: String) -> String {
        String(decoding: Self.removeDotSegments(Array(path.utf8)), as: UTF8.self)
    }

    /// Whether there is neither an escape, nor a character that wants one, nor a segment that begins with a point.
    static func isNormal(_ path: UnsafeRawBufferPointer) -> Bool {
        var previous = UInt8.slash
        for byte in path {
            if byte == .percent || (byte == .point && previous == .slash) || byte.wantsEscape { return false }
            previous = byte
        }
        return true
    }

    private static func decodeUnreserved(_ path: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(path.count)
        var at = 0
        while at < path.count {
            guard !path[at].wantsEscape else {
                result += [.percent] + String(path[at], radix: 16, uppercase: true).utf8
                at += 1
                continue
            }
            guard path[at] == .percent, at + 2 < path.count, let byte = UInt8(hex: path[at + 1], path[at + 2]) else {
                result.append(path[at])
                at += 1
                continue
            }
            if byte.isUnreserved {
                result.append(byte)
            } else {
                result += [.percent, path[at + 1].uppercasedHex, path[at + 2].uppercasedHex]
            }
            at += 3
        }
        return result
    }

    private static func removeDotSegments(_ path: [UInt8]) -> [UInt8] {
        guard path.first == .slash else { return path }
        var result: [UInt8] = []
        result.reserveCapacity(path.count)
        var at = 0
        while at < path.count {
            // A segment with the slash before it.
            let end = path[(at + 1)...].firstIndex(of: .slash) ?? path.count
            let segment = path[(at + 1)..<end]
            if segment.elementsEqual([.point]) {
                if end == path.count { result.append(.slash) }
            } else if segment.elementsEqual([.point, .point]) {
                result.removeSubrange((result.lastIndex(of: .slash) ?? 0)...)
                if end == path.count { result.append(.slash) }
            } else {
                result += path[at..<end]
            }
            at = end
        }
        return result.isEmpty ? [.slash] : result
    }
}

extension UInt8 {
    static let slash = UInt8(ascii: "/")
    static let point = UInt8(ascii: ".")
    static let percent = UInt8(ascii: "%")

    /// RFC 3986 §2.3.
    var isUnreserved: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), .point, UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// What is visible, but no part of any URI (RFC 3986 §2). Two digits in hexadecimal each.
    var wantsEscape: Bool {
        switch self {
        case UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "^"), UInt8(ascii: "`"),
            UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
            true
        default: false
        }
    }

    /// The value of a hexadecimal digit.
    var hexDigit: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The byte that two hexadecimal digits spell.
    init?(hex high: UInt8, _ low: UInt8) {
        guard let high = high.hexDigit, let low = low.hexDigit else { return nil }
        self = high << 4 | low
    }

    /// A hexadecimal digit with its letter in capitals.
    var uppercasedHex: UInt8 { self >= UInt8(ascii: "a") && self <= UInt8(ascii: "f") ? self - 32 : self }
}
