import Portico

/// Text of others made fit for a line of a terminal: nothing in it moves the cursor, and its width is known.
struct ScreenText {
    let text: String
    /// In cells.
    let width: Int

    /// - Parameters:
    ///   - text: anything.
    ///   - limit: cells that it may fill; what is longer ends in `…`.
    init(_ text: String, limit: Int) {
        var shown = ""
        var width = 0
        let scalars = text.unicodeScalars
        for index in scalars.indices {
            let scalar = scalars[index]
            let piece = scalar.escapedForDisplay
            let cells = piece.unicodeScalars.count > 1 ? piece.unicodeScalars.count : Self.cells(of: scalar)
            // The last cell is kept for the mark that something is missing.
            let isLast = scalars.index(after: index) == scalars.endIndex
            guard width + cells < limit || (width + cells == limit && isLast) else {
                if limit > 0 {
                    shown += "…"
                    width += 1
                }
                break
            }
            shown += piece
            width += cells
        }
        self.text = shown
        self.width = width
    }

    /// Followed by blanks up to `width`.
    func padded(to width: Int) -> String {
        self.text + String(repeating: " ", count: max(0, width - self.width))
    }

    /// How many cells terminals give a character (Unicode Standard Annex #11, in outline).
    private static func cells(of scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: break
        }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}
