/// Where something stands in a text, as people count: both from 1.
package struct SourcePosition: Sendable, Hashable {
    /// Lines end with LF, CR LF or CR.
    package let line: Int
    /// In code points; a tab is one.
    package let column: Int

    /// An offset, in bytes of the text's UTF-8, that is out of range or within a character is taken back to the nearest
    /// before it that is not.
    package init(offset: Int, in text: String) {
        self = SourceLine(at: offset, in: Array(text.utf8)).position
    }

    init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// One line of a text, and a place in it.
struct SourceLine {
    /// The bytes of the line without its end.
    let range: Range<Int>
    let position: SourcePosition

    init(at offset: Int, in bytes: [UInt8]) {
        let offset = min(max(offset, 0), bytes.count)
        var line = 1
        var start = 0
        for index in 0..<offset where Self.endsLine(index, in: bytes) {
            line += 1
            start = index + 1
        }
        let end = bytes[start...].firstIndex(where: Lexer.isNewline) ?? bytes.count
        let before = bytes[start..<offset].count { $0 & 0xC0 != 0x80 }
        let isWithinCharacter = offset < bytes.count && bytes[offset] & 0xC0 == 0x80
        self.range = start..<end
        self.position = SourcePosition(line: line, column: before + (isWithinCharacter ? 0 : 1))
    }

    /// Whether a byte is the last of a line's end: LF, or CR that no LF follows.
    private static func endsLine(_ index: Int, in bytes: [UInt8]) -> Bool {
        switch bytes[index] {
        case UInt8(ascii: "\n"): true
        case UInt8(ascii: "\r"): index + 1 == bytes.count || bytes[index + 1] != UInt8(ascii: "\n")
        default: false
        }
    }
}
