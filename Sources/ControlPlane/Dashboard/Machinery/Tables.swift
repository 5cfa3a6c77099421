import JSON

/// A column of a table of resources.
struct Column: Sendable {
    /// From which width of the window on it is shown.
    enum Priority: String, Sendable {
        case always = ""
        case tablet = "p2"
        case desktop = "p3"
    }

    let title: String
    let priority: Priority
    let isNumber: Bool
    let cell: @Sendable (JSONObject) -> Cell

    init(
        _ title: String,
        _ priority: Priority = .always,
        isNumber: Bool = false,
        _ cell: @escaping @Sendable (JSONObject) -> Cell
    ) {
        self.title = title
        self.priority = priority
        self.isNumber = isNumber
        self.cell = cell
    }

    fileprivate var classes: String {
        [self.priority.rawValue, self.isNumber ? "num" : ""].filter { !$0.isEmpty }.joined(separator: " ")
    }
}

/// A table as templates read it. The first cell of a row leads to what the row is of.
struct TableView {
    struct Head {
        let title: String
        let classes: String
    }

    struct Row {
        let main: CellView
        let cells: [CellView]
    }

    let caption: String
    let heads: [Head]
    let rows: [Row]

    init(_ caption: String, _ columns: [Column], _ rows: [(href: String?, object: JSONObject)]) {
        self.caption = caption
        self.heads = columns.enumerated().map { index, column in
            Head(title: column.title, classes: index == 0 ? "main" : column.classes)
        }
        self.rows = rows.compactMap { href, object in
            guard let first = columns.first else { return nil }
            var main = first.cell(object)
            main.href = href ?? main.href
            return Row(
                main: CellView(main, classes: "main"),
                cells: columns.dropFirst().map { CellView($0.cell(object), classes: $0.classes) }
            )
        }
    }

    init(_ caption: String, _ titles: [(String, String)], _ rows: [[Cell]]) {
        self.caption = caption
        self.heads = titles.map { Head(title: $0.0, classes: $0.1) }
        self.rows = rows.compactMap { cells in
            guard let first = cells.first else { return nil }
            return Row(
                main: CellView(first, classes: titles.first?.1 ?? "main"),
                cells: zip(cells, titles).dropFirst().map { CellView($0, classes: $1.1) }
            )
        }
    }
}

/// A page without rows: what it is for, and the command that makes the first one.
struct EmptyView: Sendable {
    let title: String
    let text: String
    let command: String?
    let link: PageView.Link?

    init(_ title: String, _ text: String, command: String? = nil, link: PageView.Link? = nil) {
        self.title = title
        self.text = text
        self.command = command
        self.link = link
    }
}
