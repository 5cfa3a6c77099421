/// The groups of the navigation, in their order.
enum NavigationGroup: String, CaseIterable, Sendable {
    case start = ""
    case gateway = "Gateway"
    case policy = "Policy"
    case observe = "Observe"
    case agents = "Agents"
    case access = "Access"
}

/// A page that the navigation leads to.
struct NavigationLink: Sendable {
    let text: String
    /// The address, which those of all pages below it begin with.
    let path: String
    let group: NavigationGroup
}

enum Navigation {
    static func groups(for request: PageRequest) -> [FrameView.Group] {
        NavigationGroup.allCases.compactMap { group in
            // What an edge captures is there where it captures: its page says so itself where it does not.
            let links = AllPages.links.filter { $0.group == group } + (group == .observe ? [TrafficPage.link] : [])
            guard !links.isEmpty else { return nil }
            return FrameView.Group(
                title: group.rawValue.isEmpty ? nil : group.rawValue,
                links: links.map { link in
                    let isBelow = link.path != "/" && request.path.hasPrefix("\(link.path)/")
                    return .init(text: link.text, href: link.path, isCurrent: request.path == link.path || isBelow)
                }
            )
        }
    }
}
