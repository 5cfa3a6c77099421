import Glibc

/// Searching in texts by their UTF-8. A sequence of whole characters is found at the begin of a character only, so bytes find
/// what code points would. Takes time linear in the text, and no memory from the heap but where it says so.
package enum TextSearch {
    /// Calls with the UTF-8 of a text, which is not copied where Swift holds it in one piece already.
    static func withBytes<R>(of text: String, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        if let result = text.utf8.withContiguousStorageIfAvailable(body) { return result }
        var copy = text
        return copy.withUTF8(body)
    }

    static func starts(_ text: String, with prefix: String) -> Bool {
        self.withBytes(of: text) { text in
            self.withBytes(of: prefix) { prefix in
                prefix.count <= text.count && self.areEqual(text.baseAddress, prefix.baseAddress, prefix.count)
            }
        }
    }

    static func ends(_ text: String, with suffix: String) -> Bool {
        self.withBytes(of: text) { text in
            self.withBytes(of: suffix) { suffix in
                suffix.count <= text.count
                    && self.areEqual(
                        text.baseAddress.map { $0 + (text.count - suffix.count) },
                        suffix.baseAddress,
                        suffix.count
                    )
            }
        }
    }

    static func contains(_ text: String, _ part: String) -> Bool {
        self.withBytes(of: text) { text in
            self.withBytes(of: part) { part in
                self.firstOffset(of: part, in: text) != nil
            }
        }
    }

    /// Whether `part` stands in `text`, both UTF-8.
    package static func contains(_ text: UnsafeRawBufferPointer, _ part: UnsafeRawBufferPointer) -> Bool {
        text.withMemoryRebound(to: UInt8.self) { text in
            part.withMemoryRebound(to: UInt8.self) { part in
                self.firstOffset(of: part, in: text) != nil
            }
        }
    }

    /// The offset of the first occurrence; an empty part occurs at 0.
    static func firstOffset(of part: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>) -> Int? {
        guard let needle = part.baseAddress, !part.isEmpty else { return 0 }
        guard let base = text.baseAddress, part.count <= text.count else { return nil }
        return part.count <= self.shortPart
            ? self.offset(ofShort: needle, part.count, in: base, text.count) : self.offset(ofLong: part, in: text)
    }

    /// Where comparing at every place takes no longer than a few times the text.
    private static let shortPart = 16

    private static func offset(
        ofShort part: UnsafePointer<UInt8>,
        _ count: Int,
        in text: UnsafePointer<UInt8>,
        _ textCount: Int
    ) -> Int? {
        var start = 0
        while start <= textCount - count {
            guard let found = memchr(text + start, Int32(part[0]), textCount - count - start + 1) else { return nil }
            let offset = UnsafeRawPointer(found) - UnsafeRawPointer(text)
            if memcmp(text + offset, part, count) == 0 { return offset }
            start = offset + 1
        }
        return nil
    }

    /// Knuth, Morris and Pratt: no text and part make it slow. Its table is from the heap.
    private static func offset(
        ofLong part: UnsafeBufferPointer<UInt8>,
        in text: UnsafeBufferPointer<UInt8>
    ) -> Int? {
        // How much of the part's begin ends at each of its places.
        var borders = [0]
        var matched = 0
        for place in 1..<part.count {
            while matched > 0, part[place] != part[matched] { matched = borders[matched - 1] }
            if part[place] == part[matched] { matched += 1 }
            borders.append(matched)
        }
        matched = 0
        for place in text.indices {
            while matched > 0, text[place] != part[matched] { matched = borders[matched - 1] }
            if text[place] == part[matched] { matched += 1 }
            if matched == part.count { return place - part.count + 1 }
        }
        return nil
    }

    static func firstOffset(of part: [UInt8], in text: ArraySlice<UInt8>) -> Int? {
        text.withUnsafeBufferPointer { text in
            part.withUnsafeBufferPointer { self.firstOffset(of: $0, in: text) }
        }
    }

    /// The offset of the last occurrence; an empty part occurs at the end. Copies both.
    static func lastOffset(of part: [UInt8], in text: ArraySlice<UInt8>) -> Int? {
        let backwards = Array(text.reversed())
        return self.firstOffset(of: part.reversed(), in: backwards[...]).map { text.count - part.count - $0 }
    }

    private static func areEqual(_ left: UnsafePointer<UInt8>?, _ right: UnsafePointer<UInt8>?, _ count: Int) -> Bool {
        guard count > 0, let left, let right else { return count == 0 }
        return memcmp(left, right, count) == 0
    }
}
