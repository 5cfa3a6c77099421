import Foundation
import Model
import Mustache

/// Markup that is ready: whatever came from outside stands in it escaped.
struct HTML: Sendable, MustacheCustomRenderable {
    let text: String

    /// For markup of ours alone.
    init(trusted text: String) {
        self.text = text
    }

    var renderText: String { self.text }
    var isNull: Bool { self.text.isEmpty }

    static let none = HTML(trusted: "")

    static func + (left: HTML, right: HTML) -> HTML { HTML(trusted: left.text + right.text) }
}

/// The templates of all pages. They escape what they are given; markup that is ready is named with three braces.
struct Templates: Sendable {
    private let library: MustacheLibrary

    /// A list by hand: a file that is not here is no template, and one that is missing does not compile.
    private static let files: [(name: String, bytes: [UInt8])] = [
        ("frame", PackageResources.frame_mustache),
        ("door", PackageResources.door_mustache),
        ("error", PackageResources.error_mustache),
        ("cell", PackageResources.cell_mustache),
        ("table", PackageResources.table_mustache),
        ("list", PackageResources.list_mustache),
        ("detail", PackageResources.detail_mustache),
        ("section", PackageResources.section_mustache),
        ("domain", PackageResources.domain_mustache),
        ("traffic", PackageResources.traffic_mustache),
        ("traffic-detail", PackageResources.traffic_detail_mustache),
        ("traffic-replayed", PackageResources.traffic_replayed_mustache),
        ("use", PackageResources.use_mustache),
        ("quote", PackageResources.quote_mustache),
        ("audit", PackageResources.audit_mustache),
        ("members", PackageResources.members_mustache),
        ("field", PackageResources.field_mustache),
        ("form", PackageResources.form_mustache),
        ("confirm", PackageResources.confirm_mustache),
        ("shown-once", PackageResources.shown_once_mustache),
        ("command", PackageResources.command_mustache),
        ("empty", PackageResources.empty_mustache),
        ("overview", PackageResources.overview_mustache),
        ("latency", PackageResources.latency_mustache),
        ("bytes", PackageResources.bytes_mustache),
        ("usage", PackageResources.usage_mustache),
        ("search", PackageResources.search_mustache),
        ("settings", PackageResources.settings_mustache),
        ("setup", PackageResources.setup_mustache),
        ("policy", PackageResources.policy_mustache),
        ("policy-section", PackageResources.policy_section_mustache),
    ]

    /// - Throws: where a template of ours is none, which tests find.
    init() throws {
        var library = MustacheLibrary()
        for file in Self.files {
            try library.register(String(decoding: file.bytes, as: UTF8.self), named: file.name)
        }
        self.library = library
    }

    func render(_ name: String, _ view: Any) -> HTML {
        HTML(trusted: self.library.render(view, withTemplate: name) ?? "")
    }
}
