import Expression

/// The lines of a document, to show where a problem is.
struct DocumentLines: Sendable {
    private let lines: [Substring.UnicodeScalarView]

    init(_ text: String) {
        // As the reader counts them: lines end with LF, CR LF or CR.
        var lines: [Substring.UnicodeScalarView] = []
        let scalars = text.unicodeScalars
        var start = scalars.startIndex
        var index = start
        while index < scalars.endIndex {
            let scalar = scalars[index]
            let next = scalars.index(after: index)
            if scalar == "\n" || scalar == "\r" {
                lines.append(scalars[start..<index])
                let isPair = scalar == "\r" && next < scalars.endIndex && scalars[next] == "\n"
                start = isPair ? scalars.index(after: next) : next
                index = start
            } else {
                index = next
            }
        }
        lines.append(scalars[start...])
        self.lines = lines
    }

    /// The line of the problem with carets under what is wrong; empty where there is none, or where it may be a secret.
    func excerpt(for problem: PolicyProblem) -> String {
        let index = problem.position.line - 1
        guard !problem.isSecret, self.lines.indices.contains(index), !self.lines[index].isEmpty else { return "" }
        let line = self.lines[index]
        let before = line.prefix(problem.position.column - 1)
        let rest = line.dropFirst(problem.position.column - 1)
        let offending = problem.offending.unicodeScalars
        let marked = rest.starts(with: offending) ? rest.prefix(offending.count) : rest.prefix(1)
        let start = String(before).utf8.count
        let range = start..<start + String(marked).utf8.count
        // What the expression's own errors are shown with, without their first line, which tells the place in one line.
        let rendered = Diagnostic("", at: range).rendered(in: String(line))
        return rendered.split(separator: "\n").dropFirst().map { "\($0)\n" }.joined()
    }
}
