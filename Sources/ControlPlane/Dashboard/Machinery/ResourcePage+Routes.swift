import APITypes
import Control
import JSON
import Model

extension ResourcePage {
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
