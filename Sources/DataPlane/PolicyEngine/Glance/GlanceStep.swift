/// One step of a glance. It holds no reference, so that going through a thousand of them counts none.
struct GlanceStep: Sendable {
    enum Code: UInt8, Sendable {
        // Tests, which go on at `onTrue` or `onFalse`.
        case equal, prefix, suffix, part, regex, address, field
        /// Goes on at `onTrue`.
        case jump
        /// Adds header lines, and goes on with the step behind it.
        case add
        /// The request is refused, with the operand's first number as the status.
        case deny
        /// The rule must be run.
        case stop
        /// No rule has to be run.
        case end
    }

    enum Subject: UInt8, Sendable {
        case method, path, host, firstField, anyField, none
    }

    /// Bytes among the program's literals, or places in one of its lists.
    struct Span: Sendable {
        var start: Int32
        var count: Int32

        static let none = Span(start: 0, count: 0)
    }

    let code: Code
    var subject = Subject.none
    /// The name of the field.
    var name = Span.none
    /// What is compared with or added: bytes; ranges of addresses; a regular expression. Or a status.
    var operand = Span.none
    /// The rule that it belongs to.
    let rule: Int32
    /// How many actions add what it adds.
    var actions: Int32 = 0
    var onTrue: Int32 = 0
    var onFalse: Int32 = 0
}
