import Addressing
import Expression
import LinearRegex
import TrafficPolicy

// What is read here means the same as where it is compiled whole: names are those that the host declares, since nothing that
// could give them another meaning is descended into, and types have been checked by then.

extension GlanceCondition {
    /// Nil where a glance cannot tell what the expression comes to.
    init?(_ expression: RuleExpression) {
        switch expression {
        case .constant(let value): self = .constant(value)
        case .source(let source):
            guard let tree = try? Parser.parse(source.text) else { return nil }
            self.init(tree)
        }
    }

    private init?(_ tree: SyntaxNode) {
        switch tree.kind {
        case .literal(.bool(let value)): self = .constant(value)
        case .and(let left, let right):
            guard let left = Self(left), let right = Self(right) else { return nil }
            self = .all([left, right])
        case .or(let left, let right):
            guard let left = Self(left), let right = Self(right) else { return nil }
            self = .any([left, right])
        case .call(let call): self.init(call)
        case .comprehension(let comprehension): self.init(comprehension)
        default: return nil
        }
    }

    private init?(_ call: SyntaxNode.Call) {
        switch call.function {
        case Operator.not.rawValue:
            guard call.arguments.count == 1, let condition = Self(call.arguments[0]) else { return nil }
            self = .not(condition)
        case Operator.notEqual.rawValue:
            guard let condition = Self(equality: call.arguments) else { return nil }
            self = .not(condition)
        case Operator.equal.rawValue: self.init(equality: call.arguments)
        case Operator.contained.rawValue: self.init(containment: call.arguments)
        case "inCidrRange", "inCidrRanges": self.init(ranges: call)
        case "hasReqHeader":
            guard call.target == nil, call.arguments.count == 1, let name = call.arguments[0].text else { return nil }
            self = .hasField(name.lowercasedASCII)
        default:
            guard let comparison = Comparison(call), let target = call.target ?? call.arguments.first,
                let subject = Subject(target)
            else { return nil }
            self = .text(subject, comparison)
        }
    }

    private init?(equality operands: [SyntaxNode]) {
        guard operands.count == 2 else { return nil }
        if let subject = Subject(operands[0]), let text = operands[1].text {
            self = .text(subject, .equal(text))
        } else if let subject = Subject(operands[1]), let text = operands[0].text {
            self = .text(subject, .equal(text))
        } else {
            return nil
        }
    }

    /// `subject in ['a', 'b']`, and `'a' in getReqHeader('name')`.
    private init?(containment operands: [SyntaxNode]) {
        guard operands.count == 2 else { return nil }
        if let text = operands[0].text, let name = operands[1].listedField {
            self = .text(.anyField(name), .equal(text))
            return
        }
        guard let subject = Subject(operands[0]), case .list(let elements) = operands[1].kind else { return nil }
        var tests: [GlanceCondition] = []
        for element in elements {
            guard !element.isOptional, let text = element.value.text else { return nil }
            tests.append(.text(subject, .equal(text)))
        }
        self = .any(tests)
    }

    private init?(ranges call: SyntaxNode.Call) {
        guard call.target == nil, call.arguments.count == 2, call.arguments[0].name == "conn.client_ip" else {
            return nil
        }
        var texts: [String] = []
        if call.function == "inCidrRange" {
            guard let text = call.arguments[1].text else { return nil }
            texts = [text]
        } else {
            guard case .list(let elements) = call.arguments[1].kind else { return nil }
            for element in elements {
                guard !element.isOptional, let text = element.value.text else { return nil }
                texts.append(text)
            }
        }
        // What isn't a range contains nothing.
        self = .address(texts.compactMap { try? IPPrefix(parsing: $0) })
    }

    /// `getReqHeader('name').exists(value, value.contains('text'))`.
    private init?(_ comprehension: SyntaxNode.Comprehension) {
        guard comprehension.form == .exists, comprehension.secondVariable == nil,
            let name = comprehension.range.listedField, case .call(let call)? = comprehension.predicate?.kind
        else { return nil }
        let variable = comprehension.variable
        if call.function == Operator.equal.rawValue {
            guard call.arguments.count == 2, call.arguments[0].isLocal(variable), let text = call.arguments[1].text
            else { return nil }
            self = .text(.anyField(name), .equal(text))
        } else {
            guard let target = call.target, target.isLocal(variable), let comparison = Comparison(call) else {
                return nil
            }
            self = .text(.anyField(name), comparison)
        }
    }
}

extension GlanceCondition.Subject {
    fileprivate init?(_ tree: SyntaxNode) {
        switch tree.name {
        case "req.method": self = .method
        case "req.url.path": self = .path
        case "req.url.host": self = .host
        case "req.host": self = .firstField("host")
        case "req.user_agent": self = .firstField("user-agent")
        case "req.content_type.raw": self = .firstField("content-type")
        default: return nil
        }
    }
}

extension GlanceCondition.Comparison {
    /// The comparison with a constant that a method, or `matches` as a function, makes.
    fileprivate init?(_ call: SyntaxNode.Call) {
        guard call.arguments.count == (call.target == nil ? 2 : 1), let text = call.arguments.last?.text else {
            return nil
        }
        switch call.function {
        case "matches":
            guard let regex = try? StandardLibrary.regularExpression(text) else { return nil }
            self = .regex(regex)
        case "startsWith" where call.target != nil: self = .prefix(text)
        case "endsWith" where call.target != nil: self = .suffix(text)
        case "contains" where call.target != nil: self = .part(text)
        default: return nil
        }
    }
}

extension SyntaxNode {
    /// A name with points: `req.url.path`.
    fileprivate var name: String? {
        switch self.kind {
        case .identifier(let name, isAbsolute: false): return name
        case .select(let selection):
            guard !selection.isOptional, let operand = selection.operand.name else { return nil }
            return "\(operand).\(selection.field)"
        default: return nil
        }
    }

    fileprivate var text: String? { if case .literal(.string(let text)) = self.kind { text } else { nil } }

    fileprivate func isLocal(_ name: String) -> Bool {
        if case .identifier(name, isAbsolute: false) = self.kind { true } else { false }
    }

    /// The name of the header of which this is the list of values. That of cookies is made of several lines.
    fileprivate var listedField: String? {
        guard case .call(let call) = self.kind, call.function == "getReqHeader", call.target == nil,
            call.arguments.count == 1, let name = call.arguments[0].text?.lowercasedASCII, name != "cookie"
        else { return nil }
        return name
    }
}
