import APITypes
import Control
import JSON
import Model

/// The pages of one kind of resource: its list, each of it, and the forms that make, change and delete it. What differs
/// from kind to kind is said here; what all have in common is in `ResourcePage+Routes`.
///
/// docs/dashboard.md goes through one, step by step.
struct ResourcePage: DashboardPage {
    let link: NavigationLink
    let shape: ResourceShape
    /// One of it, in the words of pages: `authtoken`.
    let noun: String
    /// What the list says below its title.
    let intro: String
    /// What one is called: its name, its URL, its description.
    let name: @Sendable (JSONObject) -> String
    let columns: [Column]
    let empty: @Sendable (PageRequest) -> EmptyView
    /// Names and values of the page of one.
    var facts: @Sendable (JSONObject) -> [Fact] = { _ in [] }
    /// What stands on the page of one below its facts.
    var sections: (@Sendable (JSONObject, PageRequest) async throws(Failure) -> HTML)?
    /// Empty where nothing is made here.
    var fields: [FormField] = []
    var isMade = true
    var isChanged = true
    var isDeleted = true
    /// Whether one may be changed and deleted; nil where it may, else why not.
    var refusal: @Sendable (JSONObject) -> String? = { _ in nil }
    /// What deleting one means, and whether its name must be typed for it.
    var deletion: Deletion = .init("It cannot be undone.")
    /// What else can be done with one.
    var actions: [Action] = []
    /// What of it changes while it is looked at.
    var topic: LiveTopic?
    /// What is shown once, when one was made: the member of the answer, and what it is good for.
    var secret: ShownOnce?
    /// Members in which nothing but the API is interested stay out of forms; these are set in each body.
    var fixed: JSONObject = [:]
    /// Makes of what the fields say what the API wants, where it has members inside members.
    var shaped: @Sendable (JSONObject) -> JSONObject = { $0 }
    /// What a field of a form has in it, where that is not the member of its name; nil where it is.
    var shown: @Sendable (FormField, JSONObject) -> [String]? = { _, _ in nil }

    struct Fact: Sendable {
        let title: String
        let cell: Cell

        init(_ title: String, _ cell: Cell) {
            self.title = title
            self.cell = cell
        }
    }

    struct Deletion: Sendable {
        let text: String
        let wantsName: Bool

        init(_ text: String, wantsName: Bool = false) {
            self.text = text
            self.wantsName = wantsName
        }
    }

    /// One of the shape's operations, as a button.
    struct Action: Sendable {
        let operation: String
        let title: String
        /// What it does, said before it is done.
        let text: String
    }

    struct ShownOnce: Sendable {
        let member: String
        let title: String
        let text: String
        /// How it is used; `[secret]` stands for it.
        let command: @Sendable (PageRequest) -> String?
    }

    var path: String { self.link.path }
}

/// Text of an object's member; empty where it has none.
extension JSONObject {
    func text(_ name: String) -> String { self[name]?.string ?? "" }

    func texts(_ name: String) -> [String] { (self[name]?.array ?? []).compactMap(\.string) }

    func time(_ name: String) -> Cell { Cell.time(self[name]?.string.flatMap { .init(rfc3339: $0) }) }

    /// The identifier in a reference.
    func reference(_ name: String) -> String? { self[name]?.object?["id"]?.string }

    var id: String { self.text("id") }
}
