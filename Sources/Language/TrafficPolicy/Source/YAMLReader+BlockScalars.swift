extension YAMLReader {
    /// What stands behind `|` or `>`.
    private struct BlockHeader {
        enum Chomping { case strip, clip, keep }

        var isFolded: Bool
        var chomping = Chomping.clip
        /// How much the text is indented beyond its parent; nil when its first line shows it.
        var indentation: Int?
    }

    /// A line of a block, without its indentation and break.
    private struct BlockLine {
        let range: Range<Int>
        /// Where its break stands.
        let end: Int
        let isMoreIndented: Bool
    }

    /// Reads a text that begins with `|` or `>`, whose lines are indented beyond `parent`.
    mutating func blockScalar(parent: Int) throws(PolicyProblem) -> Node {
        let start = self.index
        try self.count(at: start)
        let header = try self.blockHeader()
        let (lines, trailing) = try self.blockLines(header, parent: max(parent, -1))
        var text = ScalarBuilder()
        for (index, line) in lines.enumerated() {
            for position in line.range { text.append(self.scalars[position], from: position, in: self) }
            guard index + 1 < lines.count else { break }
            self.join(lines, at: index, isFolded: header.isFolded, into: &text)
        }
        if let last = lines.last, header.chomping != .strip { text.append("\n", from: last.end, in: self) }
        if header.chomping == .keep {
            for position in trailing { text.append("\n", from: position, in: self) }
        }
        return Node(.string, at: self.position(of: start), source: text.source(in: self, start: start))
    }

    private mutating func blockHeader() throws(PolicyProblem) -> BlockHeader {
        var header = BlockHeader(isFolded: self.peek() == ">")
        self.index += 1
        while !self.isSpace() {
            switch self.peek() {
            case "-": header.chomping = .strip
            case "+": header.chomping = .keep
            case "1"..."9": header.indentation = Int(self.peek().value - 0x30)
            default: throw self.problem("only \"-\", \"+\" and a digit can follow \"|\" or \">\"", at: self.index)
            }
            self.index += 1
        }
        self.skipBlanks()
        guard self.isAtLineEnd else {
            throw self.problem("the text of a block begins on the next line", at: self.index)
        }
        self.skipLine()
        return header
    }

    /// The lines of the block, up to the last that is not blank, and the breaks of the blank ones behind it. Moves
    /// behind them.
    private mutating func blockLines(
        _ header: BlockHeader,
        parent: Int
    ) throws(PolicyProblem) -> (lines: [BlockLine], trailing: [Int]) {
        var indentation = header.indentation.map { max(parent, 0) + $0 }
        var lines: [BlockLine] = []
        var blank: [BlockLine] = []
        while self.peek() == "\n" {
            let lineStart = self.index + 1
            var spaces = 0
            while self.peek(1 + spaces) == " ", indentation.map({ spaces < $0 }) ?? true { spaces += 1 }
            var end = lineStart + spaces
            while self.scalars.indices.contains(end), self.scalars[end] != "\n" { end += 1 }
            guard end < self.scalars.count || lineStart < self.scalars.count else { break }
            if end == lineStart + spaces {
                blank.append(BlockLine(range: end..<end, end: end, isMoreIndented: false))
                self.index = end
                continue
            }
            let limit = indentation ?? spaces
            guard spaces >= limit, spaces > parent, !self.isMarkerLine(at: lineStart) else { break }
            indentation = limit
            let content = (lineStart + limit)..<end
            lines += blank
            blank = []
            let isMoreIndented = [" ", "\t"].contains(self.scalars[content.lowerBound])
            lines.append(BlockLine(range: content, end: end, isMoreIndented: isMoreIndented))
            self.index = end
        }
        return (lines, blank.map(\.end))
    }

    private func isMarkerLine(at lineStart: Int) -> Bool {
        var copy = self
        copy.index = lineStart
        return copy.isMarker("---") || copy.isMarker("...")
    }

    /// Adds what the break behind line `index` stands for.
    private func join(_ lines: [BlockLine], at index: Int, isFolded: Bool, into text: inout ScalarBuilder) {
        let line = lines[index]
        let next = lines[index + 1]
        guard isFolded else { return text.append("\n", from: line.end, in: self) }
        if line.range.isEmpty { return text.append("\n", from: line.end, in: self) }
        // The last line before this one's successor that has text decides with it.
        let following = lines[(index + 1)...].first { !$0.range.isEmpty } ?? next
        if line.isMoreIndented || following.isMoreIndented { return text.append("\n", from: line.end, in: self) }
        if next.range.isEmpty { return }
        text.append(" ", from: line.end, in: self)
    }
}
