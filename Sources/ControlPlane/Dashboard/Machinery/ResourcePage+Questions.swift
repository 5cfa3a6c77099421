import APITypes
import Control
import JSON
import Model

/// What is asked before one is deleted, or something is done with it.
extension ResourcePage {
    func askToDelete(_ request: PageRequest, failure: Failure? = nil) async throws(Failure) -> PageAnswer {
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

    func delete(_ request: PageRequest) async throws(Failure) -> PageAnswer {
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

    func ask(
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

    func perform(_ action: Action, _ request: PageRequest) async throws(Failure) -> PageAnswer {
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
