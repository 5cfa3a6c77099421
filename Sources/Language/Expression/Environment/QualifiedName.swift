/// A name with points as the source writes it, which may be one declared name, or one with selections behind it.
struct QualifiedName {
    struct Segment {
        let text: String
        /// From the beginning of the whole name to the end of the segment.
        let range: Range<Int>
    }

    let segments: [Segment]
    /// Whether it begins with a point.
    let isAbsolute: Bool

    /// Nil for anything but names that are joined by plain points.
    init?(_ node: SyntaxNode) {
        var segments: [Segment] = []
        var current = node
        while case .select(let selection) = current.kind, !selection.isOptional {
            segments.append(Segment(text: selection.field, range: current.range))
            current = selection.operand
        }
        guard case .identifier(let root, let isAbsolute) = current.kind else { return nil }
        segments.append(Segment(text: root, range: current.range))
        self.segments = segments.reversed()
        self.isAbsolute = isAbsolute
    }

    var root: Segment { self.segments[0] }

    /// The first segments, joined.
    func prefix(_ count: Int) -> String {
        self.segments.prefix(count).map(\.text).joined(separator: ".")
    }

    var text: String { self.prefix(self.segments.count) }
}
