import APITypes
import Control
import JSON
import Model

extension ResourcePage {
    private static let pageSize = 100
    /// How many one list reads, so that a filter finds what stands further behind.
    private static let readLimit = 1000

    func add(to routes: PageRoutes) {
        let page = self
        routes.get(self.path) { (request) throws(Failure) in try await page.list(request) }
        if self.isMade, !self.fields.isEmpty {
            routes.get("\(self.path)/new") { (request) throws(Failure) in
                try request.mayChange()
                return try await page.form(for: nil, request)
            }
            routes.post(self.path) { (request) throws(Failure) in try await page.make(request) }
        }
        routes.get("\(self.path)/{id}") { (request) throws(Failure) in try await page.detail(request) }
        if self.isChanged, !self.fields.isEmpty {
            routes.get("\(self.path)/{id}/edit") { (request) throws(Failure) in
                try request.mayChange()
                let object = try await page.resource(request).get(request.captured("id"), by: request.caller)
                return try await page.form(for: object, request)
            }
            routes.post("\(self.path)/{id}/edit") { (request) throws(Failure) in try await page.change(request) }
        }
        if self.isDeleted {
            routes.get("\(self.path)/{id}/delete") { (request) throws(Failure) in try await page.askToDelete(request) }
            routes.post("\(self.path)/{id}/delete") { (request) throws(Failure) in try await page.delete(request) }
        }
        for action in self.actions {
            let path = "\(self.path)/{id}/\(action.operation)"
            routes.get(path) { (request) throws(Failure) in try await page.ask(action, request) }
            routes.post(path) { (request) throws(Failure) in try await page.perform(action, request) }
        }
    }

    func resource(_ request: PageRequest) throws(Failure) -> any APIResource {
        let all = request.control.resources
        guard let resource = all.first(where: { $0.shape.path == self.shape.path }) else {
            throw Failure(.pageUnknown, "There are no such resources.")
        }
        return resource
    }

    // MARK: - Lists

    private struct ListView {
        let filter: String
        let path: String
        let table: TableView?
        let hasTable: Bool
        let isLive: Bool
        let count: String
        let hasMore: Bool
        let noMatch: Bool
        let empty: EmptyView?
        let noun: String
    }

    /// All that there are, as far as one list reads.
    func objects(_ request: PageRequest) async throws(Failure) -> (found: [JSONObject], hasMore: Bool) {
        let resource = try self.resource(request)
        var found: [JSONObject] = []
        var before: String?
        while found.count < Self.readLimit {
            var items: [(name: String, value: String)] = [("limit", "\(Self.pageSize)")]
            if let before { items.append(("before_id", before)) }
            let page = try await resource.list(try ListQuery(items, of: self.shape), by: request.caller)
            found += page.items
            before = page.next
            guard before != nil else { return (found, false) }
        }
        return (found, true)
    }

    /// Whether one has the words that are looked for, in any place that its row shows.
    func matches(_ object: JSONObject, _ words: String) -> Bool {
        let words = words.lowercased().split(separator: " ")
        guard !words.isEmpty else { return true }
        let texts = self.columns.map { column in
            let cell = column.cell(object)
            return "\(cell.text) \(cell.sub ?? "")"
        }
        let all =
            "\(texts.joined(separator: " ")) \(object.id) \(object.text("description")) \(object.text("metadata"))"
            .lowercased()
        return words.allSatisfy { all.contains($0) }
    }

    private func list(_ request: PageRequest) async throws(Failure) -> PageAnswer {
        let (objects, hasMore) = try await self.objects(request)
        let filter = request.query.text("q")
        let found = objects.filter { self.matches($0, filter) }
        let rows = found.map { (href: Optional("\(self.path)/\($0.id)"), object: $0) }
        let view = ListView(
            filter: filter,
            path: self.path,
            table: found.isEmpty ? nil : TableView(self.link.text, self.columns, rows),
            hasTable: !found.isEmpty,
            isLive: self.topic != nil,
            count: "\(NumberText.grouped(found.count))\(hasMore ? " or more" : "")",
            hasMore: hasMore,
            noMatch: found.isEmpty && !objects.isEmpty,
            empty: objects.isEmpty ? self.empty(request) : nil,
            noun: self.noun
        )
        var actions: [ActionView] = []
        if self.isMade, !self.fields.isEmpty {
            actions.append(
                ActionView(
                    text: "New \(self.noun)",
                    href: "\(self.path)/new",
                    isMain: true,
                    refusal: request.refusalToChange
                )
            )
        }
        return .page(
            PageView(
                title: self.link.text,
                fact: self.intro,
                actions: actions,
                topic: self.topic,
                body: request.render("list", view)
            )
        )
    }

    // MARK: - One

    private struct DetailView {
        struct FactView {
            let title: String
            let cell: CellView
        }

        let facts: [FactView]
        let sections: HTML
        let metadata: String?
    }

    private func detail(_ request: PageRequest) async throws(Failure) -> PageAnswer {
        let object = try await self.resource(request).get(request.captured("id"), by: request.caller)
        var facts = self.facts(object)
        facts.append(Fact("Identifier", .code(object.id, mayCopy: true)))
        let view = DetailView(
            facts: facts.map { .init(title: $0.title, cell: CellView($0.cell)) },
            sections: try await self.sections?(object, request) ?? .none,
            metadata: object.text("metadata").isEmpty ? nil : object.text("metadata")
        )
        let refusal = request.refusalToChange ?? self.refusal(object)
        var actions = self.actions.map {
            ActionView(
                text: $0.title,
                href: "\(self.path)/\(object.id)/\($0.operation)",
                refusal: request.refusalToChange
            )
        }
        if self.isChanged, !self.fields.isEmpty {
            actions.append(ActionView(text: "Edit", href: "\(self.path)/\(object.id)/edit", refusal: refusal))
        }
        if self.isDeleted {
            actions.append(
                ActionView(text: "Delete", href: "\(self.path)/\(object.id)/delete", refusal: refusal, isDanger: true)
            )
        }
        return .page(
            PageView(
                title: self.name(object),
                fact: object.text("description") == self.name(object) ? "" : object.text("description"),
                crumbs: [.init(text: self.link.text, href: self.path)],
                actions: actions,
                topic: self.topic,
                body: request.render("detail", view)
            )
        )
    }

    // MARK: - Forms

    /// `object` is what is changed, nil for a new one; `failure` is why what was sent did not do, which is shown again.
    private func form(
        for object: JSONObject?,
        _ request: PageRequest,
        failure: Failure? = nil
    ) async throws(Failure) -> PageAnswer {
        var fields: [FieldView] = []
        var isPlaced = false
        for field in self.fields where object == nil ? field.isMade : field.isChanged {
            let isMeant = failure.map { self.concerns($0, field) } ?? false
            isPlaced = isPlaced || isMeant
            fields.append(
                try await FieldView(
                    field,
                    failure == nil
                        ? request.query[field.name].map { [$0] } ?? self.values(of: field, object)
                        : self.sent(field, request.form),
                    error: isMeant ? failure.map { "\($0.message) \($0.code.remedy)" } : nil,
                    request
                )
            )
        }
        let name = object.map(self.name)
        let back = object.map { "\(self.path)/\($0.id)" } ?? self.path
        let view = FormView(
            action: object == nil ? self.path : "\(back)/edit",
            formToken: request.visit.formToken,
            fields: fields,
            button: object == nil ? "Create \(self.noun)" : "Save",
            back: back,
            problem: isPlaced ? nil : failure.map(ProblemView.init),
            note: nil
        )
        var crumbs = [PageView.Link(text: self.link.text, href: self.path)]
        if let name { crumbs.append(.init(text: name, href: back)) }
        return .page(
            PageView(
                title: object == nil ? "New \(self.noun)" : "Edit \(self.noun)",
                crumbs: crumbs,
                body: request.render("form", view),
                status: failure?.code.httpStatus ?? 200
            )
        )
    }

    private func values(of field: FormField, _ object: JSONObject?) -> [String] {
        guard let object else { return [field.standard] }
        if let shown = self.shown(field, object) { return shown }
        switch object[field.name] {
        case .bool(let flag): return [flag ? "true" : "false"]
        case .array(let values): return values.compactMap { $0.string ?? $0.object?["id"]?.string }
        case .string(let text): return [text]
        case .integer(let number): return ["\(number)"]
        default:
            // What requests call `certificate_id` answers call `certificate`.
            let stem = field.name.hasSuffix("_ids") ? String(field.name.dropLast(4)) : field.name
            if let references = (object["\(stem)s"] ?? object["\(stem.dropLast())ies"])?.array,
                field.name.hasSuffix("_ids")
            {
                return references.compactMap { $0.object?["id"]?.string }
            }
            return field.name.hasSuffix("_id") ? [object.reference(String(field.name.dropLast(3))) ?? ""] : [""]
        }
    }

    private func sent(_ field: FormField, _ form: FormFields) -> [String] {
        if case .tick = field.form { return [form.has(field.name) ? "true" : "false"] }
        return form.all(field.name)
    }

    /// Whether an error is about the field: its code says so.
    private func concerns(_ failure: Failure, _ field: FormField) -> Bool {
        if field.codes.contains(failure.code) { return true }
        guard let shape = self.shape.fields.first(where: { $0.name == field.name }) else { return false }
        if shape.limit?.code == failure.code { return true }
        for presence in [shape.create, shape.update] {
            if case .required(let code) = presence, code == failure.code { return true }
        }
        return failure.message.contains("\"\(field.name)\"") || failure.message.hasPrefix("\(field.name) ")
    }

    private func body(_ request: PageRequest, isNew: Bool) -> JSONObject {
        var body = isNew ? self.fixed : JSONObject()
        for field in self.fields where isNew ? field.isMade : field.isChanged {
            if let value = field.value(in: request.form, isNew: isNew) { body.append(field.name, value) }
        }
        return self.shaped(body)
    }

    private func make(_ request: PageRequest) async throws(Failure) -> PageAnswer {
        do throws(Failure) {
            let body = try CheckedBody(self.body(request, isNew: true), of: self.shape.fields, for: .create)
            let made = try await self.resource(request).create(body, by: request.caller)
            guard let secret = self.secret, let text = made[secret.member]?.string, !text.isEmpty else {
                return .redirect("\(self.path)/\(made.id)", done: "created")
            }
            return .page(self.shownOnce(secret, text, made, request))
        } catch {
            guard error.code.httpStatus < 500 && error.code.httpStatus != 403 else { throw error }
            return try await self.form(for: nil, request, failure: error)
        }
    }

    private func shownOnce(
        _ secret: ShownOnce,
        _ text: String,
        _ made: JSONObject,
        _ request: PageRequest
    ) -> PageView {
        let view = ShownOnceView(
            title: secret.title,
            text: secret.text,
            secret: text,
            command: secret.command(request)?.replacing("[secret]", with: text),
            back: "\(self.path)/\(made.id)",
            backText: "Go on to the \(self.noun)"
        )
        return PageView(
            title: secret.title,
            crumbs: [.init(text: self.link.text, href: self.path)],
            body: request.render("shown-once", view)
        )
    }

    private func change(_ request: PageRequest) async throws(Failure) -> PageAnswer {
        let resource = try self.resource(request)
        let object = try await resource.get(request.captured("id"), by: request.caller)
        do throws(Failure) {
            let body = try CheckedBody(self.body(request, isNew: false), of: self.shape.fields, for: .update)
            _ = try await resource.update(object.id, body, by: request.caller)
            return .redirect("\(self.path)/\(object.id)", done: "saved")
        } catch {
            guard error.code.httpStatus < 500 && error.code.httpStatus != 403 else { throw error }
            return try await self.form(for: object, request, failure: error)
        }
    }

    // MARK: - Asking first

    private func askToDelete(_ request: PageRequest, failure: Failure? = nil) async throws(Failure) -> PageAnswer {
        try request.mayChange()
        let object = try await self.resource(request).get(request.captured("id"), by: request.caller)
        let name = self.name(object)
        let view = ConfirmView(
            question: "Delete \(name)?",
            text: self.deletion.text,
            action: "\(self.path)/\(object.id)/delete",
            formToken: request.visit.formToken,
            typed: self.deletion.wantsName ? name : nil,
            button: "Delete \(self.noun)",
            keep: "Keep it",
            back: "\(self.path)/\(object.id)",
            isDanger: true,
            problem: failure.map(ProblemView.init)
        )
        return .page(self.confirmation("Delete \(self.noun)", view, object, request, failure))
    }

    private func confirmation(
        _ title: String,
        _ view: ConfirmView,
        _ object: JSONObject,
        _ request: PageRequest,
        _ failure: Failure?
    ) -> PageView {
        PageView(
            title: title,
            crumbs: [
                .init(text: self.link.text, href: self.path),
                .init(text: self.name(object), href: "\(self.path)/\(object.id)"),
            ],
            body: request.render("confirm", view),
            status: failure?.code.httpStatus ?? 200
        )
    }

    private func delete(_ request: PageRequest) async throws(Failure) -> PageAnswer {
        let resource = try self.resource(request)
        let object = try await resource.get(request.captured("id"), by: request.caller)
        do throws(Failure) {
            if self.deletion.wantsName, request.form.text("typed") != self.name(object) {
                throw Failure(.formUnreadable, "The name is not the one that is asked for.")
            }
            try await resource.delete(object.id, by: request.caller)
            return .redirect(self.path, done: "deleted")
        } catch {
            guard error.code.httpStatus < 500 && error.code.httpStatus != 403 else { throw error }
            return try await self.askToDelete(request, failure: error)
        }
    }

    private func ask(
        _ action: Action,
        _ request: PageRequest,
        failure: Failure? = nil
    ) async throws(Failure) -> PageAnswer {
        try request.mayChange()
        let object = try await self.resource(request).get(request.captured("id"), by: request.caller)
        let view = ConfirmView(
            question: "\(action.title) \(self.name(object))?",
            text: action.text,
            action: "\(self.path)/\(object.id)/\(action.operation)",
            formToken: request.visit.formToken,
            typed: nil,
            button: action.title,
            keep: "Leave it",
            back: "\(self.path)/\(object.id)",
            isDanger: false,
            problem: failure.map(ProblemView.init)
        )
        return .page(self.confirmation(action.title, view, object, request, failure))
    }

    private func perform(_ action: Action, _ request: PageRequest) async throws(Failure) -> PageAnswer {
        do throws(Failure) {
            let call = OperationCall(
                name: action.operation,
                parameters: ["id": request.captured("id")],
                body: try CheckedBody([:], of: [], for: .create)
            )
            _ = try await self.resource(request).perform(call, by: request.caller)
            return .redirect(self.path, done: "asked")
        } catch {
            guard error.code.httpStatus < 500 && error.code.httpStatus != 403 else { throw error }
            return try await self.ask(action, request, failure: error)
        }
    }
}

/// A question before something is done, as templates read it.
struct ConfirmView {
    let question: String
    let text: String
    let action: String
    let formToken: String
    /// What must be typed; nil for nothing.
    let typed: String?
    let button: String
    let keep: String
    let back: String
    let isDanger: Bool
    let problem: ProblemView?
}

/// What is shown once, as templates read it.
struct ShownOnceView {
    let title: String
    let text: String
    let secret: String
    let command: String?
    let back: String
    let backText: String
}

extension PageRequest {
    /// - Throws: `roleMissing`.
    func mayChange() throws(Failure) {
        guard let refusal = self.refusalToChange else { return }
        throw Failure(.roleMissing, refusal)
    }

    func mayAdminister() throws(Failure) {
        guard let refusal = self.refusalToAdminister else { return }
        throw Failure(.roleMissing, refusal)
    }
}
