/** The example operations of GraphiQL, one tab each, named after its operation. */
export const EXAMPLES: readonly string[] = [
  `# The newest incidents you may see, in your language.
query Incidents {
  incidents(first: 10) {
    totalCount
    nodes {
      reference
      categoryLabel
      statusLabel
      severityLabel
      occurredFrom
      place {
        name
      }
      title {
        text
        locale
        isFallback
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`,
  `# One incident in both working languages at once.
query TwoLanguages {
  incidents(first: 1) {
    nodes {
      reference
      tr: categoryLabel(locale: TR)
      ru: categoryLabel(locale: RU)
      statusTr: statusLabel(locale: TR)
      statusRu: statusLabel(locale: RU)
      titleTr: title(locale: TR) {
        text
        locale
        isFallback
      }
      titleRu: title(locale: RU) {
        text
        locale
        isFallback
      }
    }
  }
}
`,
  `# How many incidents of each category in each year; keys and labels follow groupBy.
query Statistics {
  incidentStatistics(groupBy: [CATEGORY, YEAR]) {
    keys
    labels
    count
    killed
    wounded
  }
}
`,
  `# The trilateral statement of 10 November 2020, provision by provision.
query Agreement {
  agreement(code: "trilateral-statement-2020") {
    title
    signedOn
    effectiveAt
    provisions {
      number
      summary {
        text
        locale
        isFallback
      }
      obligedParties {
        name
      }
      deadlines {
        subject
        planned
        revised
        actual
        isOverdue
      }
      jointStatusLabel
    }
  }
}
`,
  `# Who your token says you are, and what it lets you do.
query Viewer {
  viewer {
    subject
    nation
    role
    scopes
    locale
    expiresAt
  }
}
`,
  `# What still waits for an up-to-date Russian translation.
query TranslationQueue {
  translationQueue(locale: RU, first: 10) {
    totalCount
    nodes {
      reference
      version
      title {
        text
        locale
        isStale
      }
    }
  }
}
`,
];
