import Model

extension FieldType {
    /// A list of values.
    ///
    /// - Parameters:
    ///   - item: the type of each.
    ///   - count: how many there may be.
    ///   - isSingleAllowed: whether a value that is no list counts as a list of one.
    ///   - empty: the code that says that there are too few.
    ///   - tooMany: the code that says that there are too many.
    /// - Returns: the type of the list.
    static func list<Item>(
        of item: FieldType<Item>,
        _ count: ClosedRange<Int>,
        isSingleAllowed: Bool = true,
        empty: ErrorCode = .policyFieldEmpty,
        tooMany: ErrorCode = .policyListLong
    ) -> FieldType<[Item]> where Value == [Item] {
        let bounds =
            count.upperBound == .max ? "at least \(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
        return FieldType<[Item]>(
            words: "list of \(item.words)",
            limits: [bounds, item.limits].filter { !$0.isEmpty }.joined(separator: "; each "),
            interpolation: item.interpolation,
            isSecret: item.isSecret,
            fields: item.fields
        ) { node, path, context in
            guard let nodes = node.items(isSingleAllowed: isSingleAllowed, path: path, context) else { return nil }
            guard nodes.count >= count.lowerBound else {
                let words = "needs at least \(count.lowerBound); there are \(nodes.count)"
                context.report(empty, at: node, path: path, words)
                return nil
            }
            guard nodes.count <= count.upperBound else {
                let words = "has \(nodes.count) entries; at most \(count.upperBound) are allowed"
                context.report(tooMany, at: nodes[count.upperBound], path: path, words, isSecret: item.isSecret)
                return nil
            }
            let values = nodes.enumerated().map { item.read($1, TrafficPolicy.item($0, of: path), context) }
            let read = values.compactMap(\.self)
            guard read.count == values.count else { return nil }
            return FieldValue(read.map(\.value), .list(read.map(\.written)))
        }
    }

    /// A list in which no value stands twice.
    func unique<Item, Key: Hashable>(
        _ code: ErrorCode = .policyRepeated,
        by key: @escaping (Item) -> Key
    ) -> Self where Value == [Item] {
        self.checked { items, node, path, context in
            let nodes = node.items(isSingleAllowed: true, path: path, context) ?? []
            var seen: Set<Key> = []
            var isUnique = true
            for (index, item) in items.enumerated() where !seen.insert(key(item)).inserted {
                isUnique = false
                guard nodes.indices.contains(index) else { continue }
                let place = TrafficPolicy.item(index, of: path)
                context.report(code, at: nodes[index], path: place, "the same value stands twice in this list")
            }
            return isUnique ? items : nil
        }
    }

    /// A mapping with fields of its own.
    static func record(_ words: String = "mapping", _ read: @escaping (FieldReader) -> Value?) -> Self {
        FieldType(words: words, fields: FieldReader.descriptions(of: read)) { node, path, context in
            guard case .mapping(let entries) = node.value else {
                context.report(
                    .policyConfiguration,
                    at: node,
                    path: path,
                    "a mapping is expected; this is \(node.form)"
                )
                return nil
            }
            let reader = FieldReader(entries, at: node.position, path: path, in: context)
            let value = read(reader)
            reader.finish()
            return value.map { FieldValue($0, reader.object) }
        }
    }
}

extension Node {
    /// The items of a list; nil when it is none, which is reported.
    fileprivate func items(isSingleAllowed: Bool, path: String, _ context: ReadingContext) -> [Node]? {
        if case .sequence(let items) = self.value { return items }
        guard isSingleAllowed, !self.isNull else {
            context.report(.policyConfiguration, at: self, path: path, "a list is expected; this is \(self.form)")
            return nil
        }
        return [self]
    }
}

/// A name with a text that may have `${…}` parts, such as a header.
package struct TemplateField: Sendable, Hashable {
    /// As written, but for header names, which are lower case.
    package let name: String
    package let value: TemplateSource

    package init(name: String, value: TemplateSource) {
        self.name = name
        self.value = value
    }
}

extension FieldType where Value == [TemplateField] {
    /// A mapping from names to texts, in the order of the document.
    static func fields(
        _ count: ClosedRange<Int>,
        tooMany: ErrorCode = .policyElements,
        name check: @escaping (Node.Entry, _ path: String, ReadingContext) -> String?,
        value: FieldType<TemplateSource>
    ) -> Self {
        FieldType(
            words: "mapping of texts",
            limits: "\(count.lowerBound) to \(count.upperBound) entries",
            interpolation: .template
        ) { node, path, context in
            guard case .mapping(let entries) = node.value else {
                context.report(
                    .policyConfiguration,
                    at: node,
                    path: path,
                    "a mapping is expected; this is \(node.form)"
                )
                return nil
            }
            guard entries.count >= count.lowerBound else {
                context.report(.policyFieldEmpty, at: node, path: path, "must not be empty")
                return nil
            }
            guard entries.count <= count.upperBound else {
                let words = "has \(entries.count) entries; at most \(count.upperBound) are allowed"
                let first = entries[count.upperBound]
                let problem = PolicyProblem(tooMany, at: first.position, path: path, offending: first.key, words)
                context.report(problem)
                return nil
            }
            let read = entries.map { entry -> (TemplateField, DocumentValue.Member)? in
                let place = "\(path).\(entry.key)"
                let name = check(entry, place, context)
                let value = value.read(entry.value, place, context)
                guard let name, let value else { return nil }
                return (TemplateField(name: name, value: value.value), .init(entry.key, value.written))
            }
            let good = read.compactMap(\.self)
            guard good.count == read.count else { return nil }
            return FieldValue(good.map(\.0), .object(good.map(\.1)))
        }
    }
}
