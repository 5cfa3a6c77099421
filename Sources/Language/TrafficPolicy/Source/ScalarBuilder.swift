/// Puts a scalar's text together and remembers where its parts came from.
struct ScalarBuilder {
    private(set) var text = String.UnicodeScalarView()
    private var bytes = 0
    private var runs: [SourceText.Run] = []
    /// The index that would continue the last run.
    private var next = -1

    /// Adds a scalar that the document spells at `index`.
    mutating func append(_ scalar: Unicode.Scalar, from index: Int, in reader: YAMLReader) {
        if index != self.next {
            self.runs.append(SourceText.Run(offset: self.bytes, position: reader.position(of: index)))
        }
        self.text.append(scalar)
        self.bytes += UTF8.width(scalar)
        self.next = index + 1
    }

    /// Takes spaces and tabs off the end.
    mutating func removeTrailingBlanks() {
        while let last = self.text.last, last == " " || last == "\t" { self.removeLast() }
    }

    mutating func removeLast() {
        guard let last = self.text.popLast() else { return }
        self.bytes -= UTF8.width(last)
        while self.runs.count > 1, let run = self.runs.last, run.offset > self.bytes { self.runs.removeLast() }
        // What comes next starts a run of its own.
        self.next = -1
    }

    /// `start`: where an empty text stands.
    func source(in reader: YAMLReader, start: Int) -> SourceText {
        guard !self.runs.isEmpty else { return SourceText("", at: reader.position(of: start)) }
        return SourceText(String(self.text), runs: self.runs)
    }
}
