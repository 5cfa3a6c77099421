import APITypes
import JSON
import Model

/// A field of a form that makes or changes a resource.
struct FormField: Sendable {
    struct Option: Sendable {
        let value: String
        let text: String

        init(_ value: String, _ text: String) {
            self.value = value
            self.text = text
        }
    }

    enum Form: Sendable {
        case line
        /// Several lines; `isCode` for what a machine reads.
        case lines(isCode: Bool)
        case secret
        case choice([Option])
        /// What there is to choose from is asked for.
        case chosen(@Sendable (PageRequest) async throws(Failure) -> [Option])
        /// One of a list, a line each.
        case list
        case several(@Sendable (PageRequest) async throws(Failure) -> [Option])
        case tick
    }

    /// The member of the body, and the name of the field.
    let name: String
    let label: String
    let form: Form
    let hint: String
    var placeholder = ""
    var isRequired = false
    /// What a new form has in it.
    var standard = ""
    /// Whether it stands in forms that make something, and in those that change it.
    var isMade = true
    var isChanged = true
    /// Whether a body has a list with this as its only element.
    var isList = false
    /// Lines that somebody may want in it, as buttons: of what the account has.
    var suggestions: (@Sendable (PageRequest) async throws(Failure) -> [String])?
    /// The codes of errors that are about it, beside those that the shape tells.
    var codes: [ErrorCode] = []

    init(_ name: String, _ label: String, _ form: Form = .line, _ hint: String = "") {
        self.name = name
        self.label = label
        self.form = form
        self.hint = hint
    }

    func with(_ change: (inout FormField) -> Void) -> FormField {
        var field = self
        change(&field)
        return field
    }

    static let description = FormField("description", "Description", .line, "For people; at most 255 bytes.")
    static let metadata = FormField("metadata", "Metadata", .lines(isCode: true), "For programs, often JSON.")

    /// What the field says in a body; nil leaves the member out.
    func value(in form: FormFields, isNew: Bool) -> JSONValue? {
        switch self.form {
        case .tick: return .bool(form.has(self.name))
        case .list:
            return .texts(
                form.text(self.name).split { $0.isNewline || $0 == "," }.map { String($0).trimmed }.filter {
                    !$0.isEmpty
                }
            )
        case .several: return .texts(form.all(self.name).filter { !$0.isEmpty })
        case .lines, .secret:
            guard let text = form[self.name], !(isNew && text.isEmpty), !(self.isSecret && text.isEmpty) else {
                return nil
            }
            return .string(text)
        case .line, .choice, .chosen:
            let text = form.text(self.name)
            guard !(isNew && text.isEmpty) else { return nil }
            return self.isList ? [.string(text)] : .string(text)
        }
    }

    private var isSecret: Bool { if case .secret = self.form { true } else { false } }
}

/// A field as templates read it.
struct FieldView {
    let name: String
    let label: String
    let hint: String?
    let placeholder: String
    let isRequired: Bool
    let value: String
    let error: String?
    let isLine: Bool
    let isLines: Bool
    let isCode: Bool
    let isSecret: Bool
    let isChoice: Bool
    let isSeveral: Bool
    let isTick: Bool
    let isTicked: Bool
    let options: [OptionView]
    let describes: String?
    let suggestions: [String]
    let hasSuggestions: Bool

    struct OptionView {
        let value: String
        let text: String
        let isChosen: Bool
    }

    init(_ field: FormField, _ values: [String], error: String?, _ request: PageRequest) async throws(Failure) {
        self.name = field.name
        self.label = field.label
        self.hint = field.hint.isEmpty ? nil : field.hint
        self.placeholder = field.placeholder
        self.isRequired = field.isRequired
        self.error = error
        self.describes = error != nil ? "\(field.name)-error" : field.hint.isEmpty ? nil : "\(field.name)-hint"
        self.suggestions = try await field.suggestions?(request) ?? []
        self.hasSuggestions = !self.suggestions.isEmpty
        var (isLine, isLines, isCode, isSecret) = (false, false, false, false)
        var (isChoice, isSeveral, isTick) = (false, false, false)
        var options: [FormField.Option] = []
        switch field.form {
        case .line: isLine = true
        case .lines(let code): (isLines, isCode) = (true, code)
        case .secret: isSecret = true
        case .choice(let given): (isChoice, options) = (true, given)
        case .chosen(let ask): (isChoice, options) = (true, try await ask(request))
        case .list: (isLines, isCode) = (true, true)
        case .several(let ask): (isSeveral, options) = (true, try await ask(request))
        case .tick: isTick = true
        }
        (self.isLine, self.isLines, self.isCode, self.isSecret) = (isLine, isLines, isCode, isSecret)
        (self.isChoice, self.isSeveral, self.isTick) = (isChoice, isSeveral, isTick)
        self.isTicked = isTick && values.first == "true"
        self.value = isSecret ? "" : values.joined(separator: "\n")
        self.options = options.map { OptionView(value: $0.value, text: $0.text, isChosen: values.contains($0.value)) }
    }
}

/// A form as templates read it.
struct FormView {
    let action: String
    let formToken: String
    let fields: [FieldView]
    let button: String
    let back: String
    let problem: ProblemView?
    let note: String?
}

/// What was wrong, as pages say it.
struct ProblemView {
    let message: String
    let remedy: String
    let code: String

    init(_ failure: Failure) {
        self.message = failure.message
        self.remedy = failure.code.remedy
        self.code = failure.code.name
    }
}

extension String {
    var trimmed: String {
        String(self.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
