import { useMutation } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { isProblem } from "@/api/problem";

/** Ends this login, and with it the page. */
export const useLogOut = () =>
  useMutation({
    mutationFn: async () => {
      try {
        await answer(api.POST("/api/v1/logout"));
      } catch (error) {
        // It had ended already.
        if (!isProblem(error, "unauthenticated")) throw error;
      }
    },
    // A whole new page: nothing of this login stays in memory.
    onSuccess: () => location.assign("/login"),
  });
