import Control
import Foundation
import HTTPTypes
import Hummingbird
import Model

/// What one page shows, inside the frame that all have.
struct PageView: Sendable {
    var title: String
    /// One line of fact below the title; empty for none.
    var fact = ""
    /// What leads here, where it is deeper than one.
    var crumbs: [Link] = []
    var actions: [ActionView] = []
    /// What of it changes while it is looked at; nil for nothing.
    var topic: LiveTopic?
    var body: HTML
    var status = 200

    struct Link: Sendable {
        let text: String
        let href: String
    }
}

/// A button of a page's head.
struct ActionView: Sendable {
    let text: String
    let href: String
    var isMain = false
    /// Why it cannot be used; nil where it can.
    var refusal: String?
    /// Whether it leads to a page that asks first, and must look so.
    var isDanger = false
}

/// The frame: navigation, search, account, and the page in the middle.
struct FrameView {
    struct Group {
        let title: String?
        let links: [Item]
    }

    struct Item {
        let text: String
        let href: String
        let isCurrent: Bool
    }

    let title: String
    let fact: String?
    let crumbs: [PageView.Link]
    let hasCrumbs: Bool
    let actions: [ActionView]
    let groups: [Group]
    let main: HTML
    let theme: String?
    let isLight: Bool
    let isDark: Bool
    let accountName: String
    let email: String
    let initials: String
    let role: String
    let others: [Other]
    let hasOthers: Bool
    let formToken: String
    let topic: String?
    let restsKeys: Bool
    let notice: String?
    let path: String
    let region: String

    struct Other {
        let id: String
        let name: String
    }

    init(_ page: PageView, _ request: PageRequest) {
        let session = request.visit.session
        self.title = page.title
        self.fact = page.fact.isEmpty ? nil : page.fact
        self.crumbs = page.crumbs
        self.hasCrumbs = !page.crumbs.isEmpty
        self.actions = page.actions
        self.groups = Navigation.groups(for: request)
        self.main = page.body
        self.theme = request.theme
        self.isLight = request.theme == "light"
        self.isDark = request.theme == "dark"
        self.accountName = session.accountName
        self.email = session.email
        self.initials = Self.initials(of: session.name)
        self.role = session.principal.rights.word
        self.others = session.otherAccounts.map { Other(id: $0.id.text, name: $0.name) }
        self.hasOthers = !session.otherAccounts.isEmpty
        self.formToken = request.visit.formToken
        self.topic = page.topic?.rawValue
        self.restsKeys = session.restsKeys
        self.notice = request.query["done"].flatMap { Notices.all[$0] }
        self.path = request.path
        self.region = request.parts.configuration.surroundings.region
    }

    private static func initials(of name: String) -> String {
        let words = name.split { $0 == " " || $0 == "." || $0 == "@" || $0 == "-" }
        return String(words.prefix(2).compactMap(\.first)).uppercased()
    }
}

/// What is said on a page after something was done. A page's address may name one of these, and nothing else.
enum Notices {
    static let all = [
        "created": "It is made.",
        "saved": "The change is in force.",
        "deleted": "It is deleted.",
        "asked": "The agent was told.",
        "ended": "The session has ended.",
        "withdrawn": "The invitation is withdrawn.",
        "password": "The new password counts from now on. Your other sessions have ended.",
        "factor-off": "The second factor is not asked for any more.",
    ]
}

/// The page of an error, for who is signed in and for who is not.
enum ErrorPage {
    private struct View {
        let theme: String?
        let status: Int
        let message: String
        let meaning: String
        let remedy: String
        let code: String
        let operation: String
        let isSignedOut: Bool
    }

    static func response(
        _ failure: Failure,
        _ operation: ResourceID<OperationKind>,
        _ templates: Templates,
        _ theme: String?
    ) -> Response {
        let status = failure.code.httpStatus
        let view = View(
            theme: theme,
            status: status,
            message: failure.message,
            meaning: failure.code.meaning,
            remedy: failure.code.remedy,
            code: failure.code.name,
            operation: operation.text,
            isSignedOut: failure.code == .signedOut
        )
        return .html(templates.render("error", view), status: status)
    }
}

extension Response {
    static func html(_ html: HTML, status: Int = 200) -> Response {
        Response(
            status: .init(code: status),
            headers: [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: .init(string: html.text))
        )
    }
}
