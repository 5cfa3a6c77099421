/// A failure that someone outside this process meets: a visitor, an agent, an API client, an operator at a terminal.
package struct Failure: Error, Sendable {
    package let code: ErrorCode
    /// What happened, to the one it happened to; names nothing that they may not see.
    package let message: String
    /// For the log alone: internal names and addresses, the upstream's own words.
    package let detail: String
    package let cause: (any Error)?
    /// Where a visitor may go on from a page that tells of it; nil for nowhere.
    package var wayOn: WayOn?

    /// A link on a page.
    package struct WayOn: Sendable, Hashable {
        package let text: String
        /// A path of the same host, or a URL.
        package let target: String

        package init(_ text: String, target: String) {
            self.text = text
            self.target = target
        }
    }

    package init(_ code: ErrorCode, _ message: String, detail: String = "", cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.detail = detail
        self.cause = cause
    }
}

extension Failure: CustomStringConvertible {
    /// One line for a terminal: `ERR_PORTICO_n: what happened. What to do.`
    ///
    /// Nothing in it moves a cursor: what does not print becomes a space.
    package var description: String {
        let line = "\(self.code.name): \(Self.sentence(self.message)) \(self.code.remedy)"
        return String(
            String.UnicodeScalarView(line.unicodeScalars.map { Self.isPrintable($0) ? $0 : " " })
        )
    }

    /// `text` with a full stop, unless it ends a sentence already.
    private static func sentence(_ text: String) -> String {
        guard let last = text.last else { return "" }
        return ".!?".contains(last) ? text : text + "."
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
        default: true
        }
    }
}
