@testable import Expression

/// A tree as text that shows its shape and nothing of its ranges: `(_+_ 1 (. a b))`. Texts and bytes by their bytes, doubles
/// by their bits.
func treeText(_ node: SyntaxNode) -> String {
    switch node.kind {
    case .literal(let value): literalText(value)
    case .identifier(let name, let isAbsolute): isAbsolute ? "." + name : name
    case .select(let selection): treeText(selection)
    case .index(let operand, let index, let isOptional):
        "(\(isOptional ? "[?]" : "[]") \(treeText(operand)) \(treeText(index)))"
    case .call(let call):
        form(call.function, [call.target.map { "@\(treeText($0))" } ?? ""] + call.arguments.map(treeText))
    case .and(let left, let right): form("&&", [treeText(left), treeText(right)])
    case .or(let left, let right): form("||", [treeText(left), treeText(right)])
    case .conditional(let condition, let consequence, let alternative):
        form("?:", [condition, consequence, alternative].map(treeText))
    case .list(let elements): form("list", elements.map { ($0.isOptional ? "?" : "") + treeText($0.value) })
    case .map(let entries):
        form("map", entries.map { ($0.isOptional ? "?" : "") + treeText($0.key) + "=" + treeText($0.value) })
    case .presence(.field(let selection)): form("has", [treeText(selection)])
    case .presence(.element(let operand, let index)): form("has[]", [treeText(operand), treeText(index)])
    case .comprehension(let comprehension):
        form(
            "\(comprehension.form)",
            [
                treeText(comprehension.range), comprehension.variable, comprehension.secondVariable ?? "",
                comprehension.predicate.map { "if:\(treeText($0))" } ?? "",
                comprehension.transform.map { "to:\(treeText($0))" } ?? "",
            ]
        )
    case .binding(let variable, let value, let body): form("bind", [variable, treeText(value), treeText(body)])
    case .optionalMap(let target, let variable, let body, let isFlat):
        form(isFlat ? "optFlatMap" : "optMap", [treeText(target), variable, treeText(body)])
    }
}

private func form(_ head: String, _ rest: [String]) -> String {
    "(" + ([head] + rest.filter { !$0.isEmpty }).joined(separator: " ") + ")"
}

private func treeText(_ selection: SyntaxNode.Selection) -> String {
    form(selection.isOptional ? ".?" : ".", [treeText(selection.operand), selection.field])
}

private func literalText(_ value: Value) -> String {
    switch value {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .int(let value): "\(value)"
    case .uint(let value): "\(value)u"
    case .double(let value): "\(value)/\(String(value.bitPattern, radix: 16))"
    case .string(let text): "s\(Array(text.utf8))"
    case .bytes(let bytes): "b\(bytes)"
    default: "\(value.typeName)"
    }
}

/// The tree of a source, as text; what is wrong with it, as it is shown to people.
func parsed(_ source: String) -> String {
    do throws(Diagnostics) {
        return treeText(try Parser.parse(source))
    } catch {
        return error.rendered(in: source)
    }
}

/// The text of the source where the first thing that is wrong stands, and what is said of it.
func problem(_ source: String) -> (at: String, summary: String)? {
    do throws(Diagnostics) {
        _ = try Parser.parse(source)
        return nil
    } catch {
        let first = error.all[0]
        return (String(decoding: Array(source.utf8)[first.range], as: UTF8.self), first.summary)
    }
}
