import APITypes
import Control
import JSON
import Model

/// The forms that make and change one.
extension ResourcePage {
    /// `object` is what is changed, nil for a new one; `failure` is why what was sent did not do, which is shown again.
    func form(
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

    func make(_ request: PageRequest) async throws(Failure) -> PageAnswer {
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

    func change(_ request: PageRequest) async throws(Failure) -> PageAnswer {
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
