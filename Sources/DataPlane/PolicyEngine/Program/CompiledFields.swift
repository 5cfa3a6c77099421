import Expression
import Model
import TrafficPolicy

/// Header fields of an action's configuration, with templates for values.
struct CompiledFields: Sendable {
    private struct Field: Sendable {
        let name: String
        let value: TemplateProgram
        /// The value, where it is always the same and may stand in a header.
        let plain: String?
    }

    /// The longest value that interpolation may make, in bytes.
    private static let valueBytes = PolicyLimits().headerValueBytes

    private let fields: [Field]

    init(_ fields: [TemplateField], _ place: ActionPlace) throws(PolicyProblem) {
        var compiled: [Field] = []
        for field in fields {
            let value = try place.template(field.value)
            let plain = value.plainText.flatMap { $0.isFieldValue && $0.utf8.count <= Self.valueBytes ? $0 : nil }
            compiled.append(Field(name: field.name, value: value, plain: plain))
        }
        self.fields = compiled
    }

    /// Name and value of each field, where they are always the same and may stand in a header.
    var constants: [(name: String, value: String)]? {
        let lines = self.fields.compactMap { field in field.plain.map { (name: field.name, value: $0) } }
        return lines.count == self.fields.count ? lines : nil
    }

    /// Name and value of each field, in the order of the document.
    ///
    /// - Throws: where a value can't be had, or can't stand in a header.
    func evaluate(on exchange: Exchange) throws(ActionError) -> [(name: String, value: String)] {
        var lines: [(name: String, value: String)] = []
        lines.reserveCapacity(self.fields.count)
        for field in self.fields {
            if let plain = field.plain {
                lines.append((field.name, plain))
                continue
            }
            let value = try exchange.interpolate(field.value)
            guard value.isFieldValue else {
                throw ActionError(
                    .policyHeaderValue,
                    "A header value that this endpoint's policy made has a line break or another control character.",
                    detail: field.name
                )
            }
            guard value.utf8.count <= Self.valueBytes else {
                throw ActionError(
                    .policyHeaderValueLong,
                    "A header value that this endpoint's policy made is longer than \(Self.valueBytes) bytes.",
                    detail: field.name
                )
            }
            lines.append((field.name, value))
        }
        return lines
    }
}

extension String {
    /// Whether it can stand in a header: no control character but the tab (RFC 9110 §5.5).
    var isFieldValue: Bool { self.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 } }
}
