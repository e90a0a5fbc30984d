% Where each note head and syllable lands, written to the file "boxes" of the run's folder.
%
% Asking a grob for its Y extent too early spoils the page (the staff is cut off, the lyrics vanish, and nothing
% is reported). So the question waits in an empty stencil, which is evaluated when the page is written.
% A line of the file: head|syllable, source line, source column, left, right, bottom, top of the grob in staff
% spaces, then the same four of its system.
%
% The horizontal extent of a text is its advance, which the hook of a j or an f exceeds: its outline tells.

#(define md-port (open-output-file "boxes"))
#(define (md-outline stencil)
  (let ((sides (ly:skylines-for-stencil stencil Y)))
    (cons (ly:skyline-max-height (car sides)) (ly:skyline-max-height (cdr sides)))))
% LilyPond works the extent of a system out anew at each question: 10 ms a page for 40 grobs.
#(define md-system #f)
#(define md-sides #f)
#(define (md-system-sides system)
  (if (not (eq? system md-system))
    (begin
      (set! md-system system)
      (set! md-sides (cons (ly:grob-extent system system X) (ly:grob-extent system system Y)))))
  md-sides)
#(define (md-box print width tag)
  (lambda (grob)
    (let ((stencil (print grob))
          (cause (event-cause grob)))
      (if (and (ly:stencil? stencil) cause)
        (ly:stencil-add stencil
          (ly:make-stencil
            (list 'delay-stencil-evaluation
              (delay
                (let* ((system (ly:grob-system grob))
                       (place (ly:input-file-line-char-column (ly:event-property cause 'origin)))
                       (x (ly:grob-relative-coordinate grob system X))
                       (wide (width stencil))
                       (high (ly:grob-extent grob system Y))
                       (sides (md-system-sides system)))
                  (format md-port "~a ~a ~a ~{~a ~}\n" tag (cadr place) (caddr place)
                    (list (+ x (car wide)) (+ x (cdr wide)) (car high) (cdr high)
                      (caar sides) (cdar sides) (cadr sides) (cddr sides)))
                  empty-stencil)))
            empty-interval empty-interval))
        stencil))))
#(define (md-extent stencil) (ly:stencil-extent stencil X))
\layout {
  \context { \Voice \override NoteHead.stencil = #(md-box ly:note-head::print md-extent "head") }
  \context { \Lyrics \override LyricText.stencil = #(md-box ly:text-interface::print md-outline "syllable") }
}
