import Foundation

/// The screen of a terminal, drawn over as a whole. What was on it before comes back at the end.
struct TerminalScreen: Sendable {
    private let descriptor: Int32
    private let writer: OutputWriter

    init(descriptor: Int32, writer: OutputWriter) {
        self.descriptor = descriptor
        self.writer = writer
    }

    /// In cells; 80 by 24 when the terminal does not tell.
    var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(self.descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// The alternate screen, without a cursor.
    func begin() {
        self.writer.write("\u{1B}[?1049h\u{1B}[?25l")
    }

    /// Draws, unless the terminal has not taken the last picture yet: then this one would only queue behind it.
    ///
    /// - Returns: whether it was drawn.
    func draw(_ lines: [String]) -> Bool {
        guard self.writer.isIdle else { return false }
        let picture = lines.map { $0 + "\u{1B}[K" }.joined(separator: "\r\n")
        return self.writer.write("\u{1B}[H" + picture + "\u{1B}[J")
    }

    func end() async {
        self.writer.write("\u{1B}[?25h\u{1B}[?1049l")
        await self.writer.drain(within: .milliseconds(500))
    }
}
